"""What the files say of a LibreChat: its container, its release and Node's version, and farebox's address for it."""

import pytest
from farebox.librechat.deployment import Farebox, is_loopback, split
from farebox.process.client_environment import ProxyEndpoint

from tests.support.librechat import COMPOSE, FAREBOX, described


@pytest.mark.parametrize(
    ("tag", "release", "node"),
    [
        ("librechat-dev:latest", None, None),
        ("librechat:v0.8.5-rc1", (0, 8, 5), (20,)),
        ("librechat:v0.8.8", (0, 8, 8), (24, 16, 0)),
    ],
)
def test_the_image_tells_the_release_and_node(tag: str, release: object, node: object) -> None:
    one = described("", "", COMPOSE.replace("librechat-dev:latest", tag))

    assert (one.release, one.node) == (release, node)


@pytest.mark.parametrize(
    ("env", "compose", "expected"),
    [
        ("", (COMPOSE,), True),
        ("", (COMPOSE.replace("    environment:", "    network_mode: host\n    environment:"),), False),
        ("MONGO_URI=mongodb://mongodb:27017/LibreChat\n", (), True),
        ("MONGO_URI=mongodb://127.0.0.1:27017/LibreChat\n", (), None),
        ("MONGO_URI=mongodb+srv://cluster.example.net/\n", (), None),
        ("", (), None),
    ],
)
def test_whether_it_runs_in_a_container(env: str, compose: tuple[str, ...], expected: object) -> None:
    assert described("", env, *compose).in_container is expected


def test_farebox_s_address_is_that_which_the_container_reaches() -> None:
    beside = COMPOSE + "  sidecar:\n    image: made/farebox:1\n"

    assert described("", "").proxy == "http://127.0.0.1:8080"
    assert described("", "", COMPOSE).proxy == "http://host.docker.internal:8080"
    assert described("", "", beside).proxy == "http://sidecar:8080"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://farebox:8080/openai/v1", True),
        ("http://farebox:8081", False),
        ("https://api.openai.com:8080", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_a_url_leads_to_farebox_by_its_port(url: str, expected: bool) -> None:
    assert described().is_farebox(url) is expected


@pytest.mark.parametrize(
    ("farebox", "expected"),
    [
        (FAREBOX, False),
        (Farebox(FAREBOX.endpoint, (1,), intercepted=("*.example.com",)), True),
        (Farebox(ProxyEndpoint("http://a:1", "", ""), (1,), decrypts_all=True), True),
    ],
)
def test_hosts_of_the_settings_are_known(farebox: Farebox, expected: bool) -> None:
    assert farebox.knows("llm.example.com", None) is expected
    assert farebox.knows("api.openai.com", None)


def test_loopback_addresses_and_urls_that_are_none() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.1.2.3", "::1")))
    assert not any(map(is_loopback, (None, "farebox", "10.0.0.1")))
    assert split("http://a:99999") is None
    assert getattr(split("farebox:8080"), "port", None) == 8080
