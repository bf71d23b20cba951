"""Which listeners workers share."""

from typing import Any

import pytest
from farebox.proxy.listening import modes_of, with_port
from mitmproxy.proxy.mode_specs import ProxyMode

MODES = (
    "reverse:https://api.deepseek.com@8101",
    "reverse:http3://api.deepseek.com@8102",
    "socks5@1080",
    "dns@5353",
    "wireguard@5182",
    "local:node",
    "tun",
    "transparent@8103",
)


def test_the_first_worker_serves_every_mode() -> None:
    assert modes_of(1, MODES) == list(MODES)


def test_other_workers_serve_what_can_be_shared() -> None:
    shared = ["reverse:https://api.deepseek.com@8101", "socks5@1080", "dns@5353", "transparent@8103"]

    assert modes_of(2, MODES) == shared


class _At:
    """A server that listens."""

    def __init__(self, spec: str, *ports: int) -> None:
        self.mode = ProxyMode.parse(spec)
        self.listen_addrs = tuple(("127.0.0.1", port) for port in ports)


@pytest.mark.parametrize(
    ("spec", "ports", "fixed"),
    [
        ("reverse:https://api.deepseek.com@0", (50100,), "reverse:https://api.deepseek.com@50100"),
        ("socks5@127.0.0.1:0", (50101, 50101), "socks5@127.0.0.1:50101"),
        ("reverse:http://127.0.0.1:8000@8100", (8100,), "reverse:http://127.0.0.1:8000@8100"),
        ("regular", (8080,), "regular"),
        ("local:node", (), "local:node"),
    ],
)
def test_a_mode_keeps_the_port_that_it_got(spec: str, ports: tuple[int, ...], fixed: str) -> None:
    server: Any = _At(spec, *ports)

    assert with_port(server) == fixed
