"""Which variables send which client of LibreChat through farebox."""

import pytest
from farebox.librechat.deployment import Deployment
from farebox.librechat.endpoints import endpoints
from farebox.librechat.finding import Finding
from farebox.librechat.proxying import bypasses, env_proxy_obstacle, findings

from tests.support.librechat import COMPOSE, ENV, OVERRIDE, described

PROXY = "OPENAI_API_KEY=x\nPROXY=http://farebox:8080\n"
HTTPS = "OPENAI_API_KEY=x\nHTTPS_PROXY=http://farebox:8080\n"


def found(one: Deployment) -> list[Finding]:
    return list(findings(one, endpoints(one)))


@pytest.mark.parametrize(
    ("env", "release", "place", "why"),
    [
        (PROXY, (0, 8, 5), "", ""),
        (HTTPS, (0, 8, 5), ".env:2: HTTPS_PROXY", "LibreChat before 0.8.7 reads only PROXY: calls of openAI bypass"),
        (HTTPS, (0, 8, 7), "", ""),
        ("OPENAI_API_KEY=x\n", None, ".env: HTTPS_PROXY", "HTTPS_PROXY is not set: calls of openAI bypass farebox"),
        ("OPENAI_API_KEY=x\n", (0, 8, 5), ".env: PROXY", "PROXY is not set"),
        (PROXY + "OPENAI_MODERATION=true\n", None, ".env:2: PROXY", "read only HTTPS_PROXY: moderation"),
        (PROXY + "HTTPS_PROXY=http://farebox:8080\nOPENAI_MODERATION=true\n", None, "", ""),
        (PROXY.replace("http:", "socks5:"), None, ".env:2: PROXY", "not a valid http URL of a proxy"),
        (PROXY.replace("http://farebox:8080", "http://["), None, ".env:2: PROXY", "not a valid http URL of a proxy"),
        (PROXY.replace("http://", ""), None, "", ""),
        (PROXY.replace("8080", "3128"), None, ".env:2: PROXY", "leads to port 3128, but farebox listens on 8080"),
        (PROXY + "NO_PROXY=.openai.com\n", None, ".env:3: NO_PROXY", "names api.openai.com: calls of openAI"),
        (PROXY + "NO_PROXY=.openai.com\n", (0, 8, 5), "", ""),
        (HTTPS + "RAG_API_URL=http://rag_api:8000\nNO_PROXY=localhost\n", None, ".env:4: NO_PROXY", "lacks rag_api"),
    ],
)
def test_each_release_reads_its_own_variables(env: str, release: tuple[int, ...] | None, place: str, why: str) -> None:
    seen = [(str(one.place), one.why) for one in found(described("", env, release=release))]

    assert len(seen) == bool(place)
    assert all(said == place and why in text for said, text in seen)


@pytest.mark.parametrize(
    ("env", "override", "node", "why"),
    [
        (ENV, OVERRIDE, None, None),
        (ENV, OVERRIDE, (20, 19), "Node 20.19 has no NODE_USE_ENV_PROXY"),
        (ENV, OVERRIDE, (22, 20, 1), "Node 22.20.1 has no"),
        (ENV, OVERRIDE, (22, 21), None),
        (ENV, OVERRIDE, (23, 11), "Node 23.11 has no"),
        (ENV, OVERRIDE, (24, 0), None),
        (ENV + "NODE_USE_ENV_PROXY=1\n", "", None, "reads NODE_USE_ENV_PROXY only when it starts"),
        (ENV, "", None, "needs NODE_USE_ENV_PROXY"),
        (PROXY, OVERRIDE, None, "needs HTTPS_PROXY"),
    ],
)
def test_node_s_own_fetch_needs_both_variables_at_its_start(
    env: str, override: str, node: tuple[int, ...] | None, why: str | None
) -> None:
    compose = (COMPOSE, override) if override else (COMPOSE,)

    obstacle = env_proxy_obstacle(described("", env, *compose, node=node))

    assert (obstacle is None) == (why is None)
    assert (why or "") in (obstacle or ("", ""))[0]


def test_a_proxy_variable_of_the_env_file_comes_too_late_for_node_s_own_fetch() -> None:
    bare = COMPOSE.replace("      - HTTPS_PROXY=${HTTPS_PROXY:-}\n", "")
    config = "endpoints: {custom: [{name: xai, baseURL: 'https://api.x.ai/v1'}]}"

    [one] = found(described(config, ENV, bare, OVERRIDE))

    assert "reads HTTPS_PROXY only when it starts, before LibreChat loads .env" in one.why
    assert one.write.endswith("or baseURL: http://host.docker.internal:8080/xai/v1")


@pytest.mark.parametrize(
    ("url", "level"), [("https://llm.example.com/v1", "problem"), ("http://llm.example.com:4000/v1", "warning")]
)
def test_a_host_that_farebox_does_not_know_is_passed_undecrypted(url: str, level: str) -> None:
    config = f"endpoints: {{custom: [{{name: a, baseURL: '{url}'}}]}}"
    env = "HTTPS_PROXY=http://farebox:8080\nHTTP_PROXY=http://farebox:8080\n"

    [one] = found(described(config, env))

    assert one.level == level
    assert "in farebox.yaml: providers: [{name: NAME, hosts: ['llm.example.com" in one.write


def test_base_urls_that_lead_to_farebox_need_no_proxy() -> None:
    assert found(described("", "OPENAI_API_KEY=x\nOPENAI_REVERSE_PROXY=http://farebox:8080/openai/v1\n", COMPOSE)) == []


@pytest.mark.parametrize(
    ("no_proxy", "expected"),
    [
        ("", False),
        ("*", True),
        ("openai.com", True),
        (".openai.com", True),
        ("*.openai.com", True),
        ("api.openai.com:443", True),
        ("ai.com", False),
        ("a, API.OPENAI.COM", True),
        ("localhost api.openai.com", True),
        (",", False),
        (".", False),
    ],
)
def test_no_proxy_names_hosts_and_their_domains(no_proxy: str, expected: bool) -> None:
    assert bypasses("api.openai.com", no_proxy) == expected
