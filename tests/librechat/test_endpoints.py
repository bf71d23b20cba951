"""The endpoints that LibreChat's files turn on."""

import pytest
from farebox.librechat.endpoints import AXIOS, NODE, SDK, endpoints, facts

from tests.support.librechat import described

CONFIG = """\
endpoints:
  anthropic:
    titleModel: cheap
  custom:
    - name: XAI
      baseURL: ${XAI_URL}
    - baseURL: https://api.mistral.ai/v1
    - name: nothing
"""


def test_endpoints_are_those_with_a_key_or_a_section() -> None:
    found = endpoints(described(CONFIG, "OPENAI_API_KEY=user_provided\nXAI_URL=https://api.x.ai/v1\nGOOGLE_KEY=\n"))

    assert [(one.name, one.host, one.through, str(one.place)) for one in found] == [
        ("openAI", "api.openai.com", SDK, ".env:1: OPENAI_API_KEY"),
        ("anthropic", "api.anthropic.com", SDK, "librechat.yaml:2: endpoints.anthropic"),
        ("XAI", "api.x.ai", NODE, "librechat.yaml:6: endpoints.custom.XAI.baseURL"),
        ("custom[1]", "api.mistral.ai", SDK, "librechat.yaml:7: endpoints.custom.custom[1].baseURL"),
        ("nothing", "", SDK, "librechat.yaml:8: endpoints.custom.nothing.baseURL"),
    ]


def test_a_base_url_of_the_environment_is_the_endpoint_s() -> None:
    [one] = endpoints(described("", "OPENAI_API_KEY=x\nOPENAI_REVERSE_PROXY=http://farebox:8080/openai/v1\n"))

    assert (one.url, one.host, one.port, str(one.place)) == (
        "http://farebox:8080/openai/v1",
        "farebox",
        8080,
        ".env:2: OPENAI_REVERSE_PROXY",
    )
    assert not one.is_tls


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ("OPENAI_MODERATION=true\n", ["moderation"]),
        ("OPENAI_MODERATION=false\n", []),
        ("SERPER_API_KEY=x\nJINA_API_KEY=x\n", ["web search by Serper", "reranking by Jina"]),
        ("SERPER_API_KEY=\n", []),
    ],
)
def test_paid_tools_are_those_with_a_key(env: str, names: list[str]) -> None:
    found = endpoints(described("", env))

    assert [one.name for one in found] == names
    assert {one.through for one in found} <= {AXIOS}


def test_every_fact_is_complete() -> None:
    assert all(one["keys"] and one["url"] and one["host"] for one in facts()["built_in"].values())
    assert all(one["name"] and one["env"] and one["host"] for one in facts()["tools"])
