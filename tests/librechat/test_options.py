"""Options that take the user or the usage away."""

import pytest
from farebox.librechat.deployment import Deployment
from farebox.librechat.endpoints import endpoints
from farebox.librechat.finding import Finding
from farebox.librechat.located import parse
from farebox.librechat.options import findings, headers_snippet

from tests.support.librechat import described

HEADERS = "headers: {X-User-ID: '{{LIBRECHAT_USER_ID}}'}"


def found(one: Deployment) -> list[Finding]:
    return list(findings(one, endpoints(one)))


@pytest.mark.parametrize(
    ("config", "place"),
    [
        (
            "endpoints:\n  custom:\n    - name: a\n      dropParams: [user]\n",
            "librechat.yaml:4: endpoints.custom.a.dropParams",
        ),
        (f"endpoints:\n  custom:\n    - name: a\n      dropParams: [user]\n      {HEADERS}\n", ""),
        (f"endpoints:\n  all: {{{HEADERS}}}\n  custom:\n    - {{name: a, dropParams: [user]}}\n", ""),
        ("endpoints:\n  custom:\n    - {name: a, dropParams: [stop]}\n", ""),
        (
            f"endpoints:\n  custom:\n    - name: xai\n      {HEADERS}\n",
            "librechat.yaml:4: endpoints.custom.xai.headers",
        ),
        ("endpoints:\n  google:\n    titleModel: a\n", "librechat.yaml:2: endpoints.google"),
        (f"endpoints:\n  google:\n    {HEADERS}\n", ""),
        ("endpoints:\n  bedrock:\n    titleModel: a\n", ""),
    ],
)
def test_rows_without_a_user_are_named(config: str, place: str) -> None:
    assert [str(one.place) for one in found(described(config, ""))] == ([place] if place else [])


@pytest.mark.parametrize(
    ("release", "write"), [(None, "addParams: {streamUsage: true}"), ((0, 8, 5), "nothing: LibreChat before 0.8.7")]
)
def test_stream_options_are_lost_and_stream_usage_works(release: tuple[int, ...] | None, write: str) -> None:
    config = "endpoints:\n  custom:\n    - name: a\n      addParams:\n        stream_options: {include_usage: true}\n"

    [one] = found(described(config, "", release=release))

    assert str(one.place) == "librechat.yaml:5: endpoints.custom.a.addParams.stream_options"
    assert one.write.startswith(write)


def test_the_headers_are_yaml_with_librechat_s_placeholders() -> None:
    headers = parse("snippet", headers_snippet()).get("headers")

    assert headers is not None
    assert {name: value.text for name, value in headers.items()}[
        "X-LC-Conversation-Id"
    ] == "{{LIBRECHAT_BODY_CONVERSATIONID}}"
    assert all((value.text or "").startswith("{{LIBRECHAT_") for _, value in headers.items())  # noqa: PERF102 - not a dict
