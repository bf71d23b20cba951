"""Base URLs: which are of no use in a container, which bypass farebox, and what they change."""

import pytest
from farebox.librechat.base_urls import findings, is_usable, listed_models
from farebox.librechat.deployment import Deployment
from farebox.librechat.endpoints import endpoints
from farebox.librechat.finding import Finding

from tests.support.librechat import COMPOSE, described


def found(one: Deployment) -> list[Finding]:
    return list(findings(one, endpoints(one)))


def custom(url: str) -> str:
    return f"endpoints: {{custom: [{{name: a, baseURL: '{url}'}}]}}"


@pytest.mark.parametrize(
    ("url", "why", "write"),
    [
        ("user_provided", "bypass every proxy", "transparent mode"),
        ("api.example.com/v1", "not a valid", "https://HOST/PATH"),
        ("http://[::1", "not a valid", "https://HOST/PATH"),
        ("", "", ""),
        ("http://localhost:11434/v1", "is the container itself", "http://host.docker.internal:11434/v1"),
        (
            "http://127.0.0.1:8080/groq/openai/v1",
            "is the container itself",
            "http://host.docker.internal:8080/groq/openai/v1",
        ),
        ("http://farebox:8080/groq/openai/v1", "", ""),
    ],
)
def test_a_base_url_in_a_container(url: str, why: str, write: str) -> None:
    texts = [(one.why, one.write) for one in found(described(custom(url), "", COMPOSE))]

    assert len(texts) == bool(why)
    assert all(why in said and write in fix for said, fix in texts)


def test_user_provided_goes_by_the_proxy_before_0_8_7() -> None:
    assert found(described(custom("user_provided"), "", COMPOSE, release=(0, 8, 5))) == []


def test_outside_a_container_127_0_0_1_is_the_machine() -> None:
    assert found(described(custom("http://127.0.0.1:11434/v1"), "")) == []


def test_bedrock_s_host_cannot_be_farebox() -> None:
    env = "BEDROCK_AWS_DEFAULT_REGION=us-east-1\nBEDROCK_REVERSE_PROXY=http://farebox:8080\n"

    [one] = found(described("", env))

    assert str(one.place) == ".env:2: BEDROCK_REVERSE_PROXY"
    assert "signature" in one.why


@pytest.mark.parametrize(("release", "number"), [(None, 1), ((0, 8, 8), 1), ((0, 8, 7), 0)])
def test_a_reverse_proxy_of_openai_changes_the_api_from_0_8_8_on(release: tuple[int, ...] | None, number: int) -> None:
    env = "OPENAI_API_KEY=x\nOPENAI_MODELS=gpt-5, gpt-5.6-mini\nOPENAI_REVERSE_PROXY=https://gateway.example.com/v1\n"

    texts = [one.why for one in found(described("", env, release=release))]

    assert len(texts) == number
    assert all("calls gpt-5.6-mini by chat completions" in text for text in texts)


def test_only_base_urls_with_a_host_are_usable() -> None:
    config = "endpoints: {custom: [{name: a}, {name: b, baseURL: user_provided}, {name: c, baseURL: 'http://c'}]}"

    assert [is_usable(one) for one in endpoints(described(config, ""))] == [True, False, True]


def test_models_are_listed_in_the_file_or_in_the_environment() -> None:
    config = "endpoints:\n  custom:\n    - name: a\n      models:\n        default: [m, n]\n"
    one = described(config, "OPENAI_API_KEY=x\nOPENAI_MODELS=o,p,\n")

    listed = [[(name, str(place)) for name, place in listed_models(endpoint, one)] for endpoint in endpoints(one)]

    assert listed == [
        [("o", ".env:2: OPENAI_MODELS"), ("p", ".env:2: OPENAI_MODELS")],
        [("m", "librechat.yaml:5: endpoints.custom.a.models"), ("n", "librechat.yaml:5: endpoints.custom.a.models")],
    ]
