"""Node trusts farebox's CA only if it is named at its start, in a file that the container has."""

import pytest
from farebox.librechat.deployment import Deployment
from farebox.librechat.endpoints import endpoints
from farebox.librechat.finding import Finding
from farebox.librechat.trust import findings

from tests.support.librechat import COMPOSE, ENV, OVERRIDE, described


def found(one: Deployment) -> list[Finding]:
    return list(findings(one, endpoints(one)))


@pytest.mark.parametrize(
    ("env", "compose", "place", "why"),
    [
        (ENV, (COMPOSE, OVERRIDE), "", ""),
        (
            ENV,
            (COMPOSE, OVERRIDE.replace("ca.pem:ro", "other.pem:ro")),
            "docker-compose.override.yml:4",
            "no volume of service api",
        ),
        (
            ENV + "NODE_EXTRA_CA_CERTS=/a\n",
            (COMPOSE, OVERRIDE.replace("  NODE_EXTRA_CA_CERTS: /farebox/ca.pem\n", "  A: b\n")),
            ".env:5",
            "LibreChat loads .env after that",
        ),
        (
            ENV,
            (COMPOSE, OVERRIDE.replace("/farebox/ca.pem\n", "''\n", 1)),
            "docker-compose.override.yml:3",
            "doesn't trust",
        ),
    ],
)
def test_the_ca_is_named_at_the_start_and_mounted(env: str, compose: tuple[str, ...], place: str, why: str) -> None:
    seen = [(str(one.place), one.why) for one in found(described("", env, *compose))]

    assert len(seen) == bool(place)
    assert all(said == f"{place}: NODE_EXTRA_CA_CERTS" and why in text for said, text in seen)


def test_what_to_write_names_the_service_and_the_mount() -> None:
    texts = [one.write for one in found(described("", ENV, COMPOSE))]

    assert texts[0] == (
        "below services.api.environment of the Compose file: NODE_EXTRA_CA_CERTS=/certificates/mitmproxy-ca-cert.pem; "
        "below volumes: /home/me/ca.pem:/certificates/mitmproxy-ca-cert.pem:ro"
    )


@pytest.mark.parametrize(
    "env",
    [
        "OPENAI_API_KEY=x\nOPENAI_REVERSE_PROXY=http://farebox:8080/openai/v1\n",
        "OPENAI_API_KEY=x\n",
        "OPENAI_API_KEY=x\nOPENAI_REVERSE_PROXY=http://llm:1/v1\nHTTP_PROXY=http://farebox:8080\n",
    ],
    ids=["base URLs", "no proxy", "no TLS"],
)
def test_no_ca_is_needed_without_tls_through_the_proxy(env: str) -> None:
    assert [one for one in found(described("", env, COMPOSE)) if one.place.key == "NODE_EXTRA_CA_CERTS"] == []


@pytest.mark.parametrize(("node", "level"), [((24,), None), ((20,), "problem")])
def test_node_use_env_proxy_is_of_no_use_to_an_old_node(node: tuple[int, ...], level: str | None) -> None:
    levels = [one.level for one in found(described("", ENV, COMPOSE, OVERRIDE, node=node))]

    assert levels == ([level] if level else [])
