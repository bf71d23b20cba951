"""A table of LibreChat's files and the findings in them: each names the level, the file, the line and the key."""

import pytest

from tests.support.librechat import COMPOSE, ENV, OVERRIDE, described, found, places

CA = "problem docker-compose.yml:4: NODE_EXTRA_CA_CERTS"
FETCH = "warning docker-compose.yml:4: NODE_USE_ENV_PROXY"


def custom(*lines: str) -> str:
    return "\n".join(
        ["endpoints:", "  custom:", *(f"    {'-' if not i else ' '} {line}" for i, line in enumerate(lines))]
    )


XAI = custom("name: xai", "baseURL: https://api.x.ai/v1")


@pytest.mark.parametrize(
    ("config", "env", "compose", "expected"),
    [
        ("", ENV, (COMPOSE, OVERRIDE), []),
        ("", ENV, (COMPOSE,), [CA, FETCH]),
        (
            "",
            ENV + "NODE_EXTRA_CA_CERTS=/farebox/ca.pem\nNODE_USE_ENV_PROXY=1\n",
            (COMPOSE,),
            ["problem .env:5: NODE_EXTRA_CA_CERTS", "problem .env:6: NODE_USE_ENV_PROXY"],
        ),
        ("", "OPENAI_API_KEY=x\n", (COMPOSE, OVERRIDE), ["problem docker-compose.override.yml:3: HTTPS_PROXY"]),
        (XAI, ENV, (COMPOSE, OVERRIDE), []),
        (
            XAI,
            "PROXY=http://farebox:8080\n",
            (COMPOSE, OVERRIDE),
            ["problem librechat.yaml:4: endpoints.custom.xai.baseURL"],
        ),
        (
            custom("name: own", "baseURL: user_provided"),
            ENV,
            (COMPOSE, OVERRIDE),
            ["problem librechat.yaml:4: endpoints.custom.own.baseURL"],
        ),
        (
            custom("name: local", "baseURL: http://127.0.0.1:11434/v1"),
            ENV,
            (COMPOSE, OVERRIDE),
            ["problem librechat.yaml:4: endpoints.custom.local.baseURL"],
        ),
        (
            "",
            ENV.replace("//farebox", "//127.0.0.1"),
            (COMPOSE, OVERRIDE),
            ["problem .env:2: HTTPS_PROXY", "problem .env:3: HTTP_PROXY"],
        ),
        (
            "",
            ENV.replace("8080", "8081"),
            (COMPOSE, OVERRIDE),
            ["problem .env:2: HTTPS_PROXY", "problem .env:3: HTTP_PROXY"],
        ),
        ("", ENV.replace("NO_PROXY=", "NO_PROXY=api.openai.com,"), (COMPOSE, OVERRIDE), ["problem .env:4: NO_PROXY"]),
        ("", ENV + "MEILI_HOST=http://meilisearch:7700\n", (COMPOSE, OVERRIDE), ["problem .env:4: NO_PROXY"]),
        (
            custom("name: a", "baseURL: https://api.deepseek.com", "dropParams: [stop, user]"),
            ENV,
            (COMPOSE, OVERRIDE),
            ["warning librechat.yaml:5: endpoints.custom.a.dropParams"],
        ),
        (
            custom(
                "name: a", "baseURL: https://api.deepseek.com", "addParams:", "  stream_options: {include_usage: true}"
            ),
            ENV,
            (COMPOSE, OVERRIDE),
            ["warning librechat.yaml:6: endpoints.custom.a.addParams.stream_options"],
        ),
        (
            custom("name: a", "baseURL: https://api.deepseek.com", "models: {default: [dear, cheap]}"),
            ENV,
            (COMPOSE, OVERRIDE),
            ["warning librechat.yaml:5: endpoints.custom.a.models"],
        ),
        (
            "",
            "OPENAI_API_KEY=x\nOPENAI_MODELS=gpt-5.6,gpt-5\nOPENAI_REVERSE_PROXY=http://farebox:8080/openai/v1\n",
            (COMPOSE,),
            ["warning .env:3: OPENAI_REVERSE_PROXY"],
        ),
    ],
    ids=[
        "all is right",
        "no CA",
        "Node's variables only in .env",
        "no proxy",
        "xAI by Node's environment",
        "xAI under PROXY",
        "user_provided base URL",
        "127.0.0.1 in a container",
        "a proxy at 127.0.0.1 in a container",
        "a port without a farebox",
        "NO_PROXY with a provider",
        "NO_PROXY without an own service",
        "dropParams without headers",
        "stream_options lost",
        "titles on the dear model",
        "a reverse proxy changes the API",
    ],
)
def test_each_cause_is_one_finding_at_its_line(
    config: str, env: str, compose: tuple[str, ...], expected: list[str]
) -> None:
    assert places(found(described(config, env, *compose))) == expected


def test_problems_come_before_warnings_and_nothing_is_said_twice() -> None:
    config = custom("name: xai", "baseURL: https://api.x.ai/v1", "dropParams: [user]")

    findings = found(described(config, ENV, COMPOSE))

    assert [one.level for one in findings] == ["problem", "problem", "warning"]
    assert len(set(findings)) == len(findings)


def test_no_finding_quotes_a_key() -> None:
    env = ENV.replace("//farebox", "//me:canary@127.0.0.1") + "NODE_EXTRA_CA_CERTS=/a\n"

    texts = [f"{one.place}{one.why}{one.write}" for one in found(described("", env, COMPOSE))]

    assert texts
    assert not any("canary" in text or "made-up" in text for text in texts)
