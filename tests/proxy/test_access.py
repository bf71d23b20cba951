"""Who may use the proxy and what it reaches for them, through a real mitmproxy."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from farebox.config.settings import load
from farebox.errors import SettingsError
from farebox.proxy.access import Access, check_modes

from tests.support.flows import Worker
from tests.support.live import ask, proxy
from tests.support.upstream import Upstream, plain

INSIDE = "http://127.0.0.1:{port}/v1/chat/completions"


def header(user: str, password: str) -> str:
    return f"Proxy-Authorization: Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}\r\n"


RIGHT, WRONG = header("shop", "se:cret"), header("shop", "other")


def request(url: str, more: str = "") -> bytes:
    return f"GET {url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n".encode()


def status(answer: bytes) -> bytes:
    return answer[9:12]


class Refused(Access):
    """Access by given settings, with the reasons of what it refused."""

    def __init__(self, **values: Any) -> None:
        self.reasons: list[str] = []
        super().__init__(load(values, environment={}), self.reasons.append)


@pytest.fixture
def upstream() -> Any:
    with Upstream(lambda _asked: plain(b"{}")) as running:
        yield running


def test_without_the_password_there_is_a_407_and_the_server_never_sees_it(upstream: Upstream, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("se:cret\n")
    access = Refused(auth={"user": "shop", "password_file": str(tmp_path / "password")})
    url = INSIDE.format(port=upstream.plain_port)

    async def run() -> list[bytes]:
        async with proxy(access) as [port]:
            connect = f"CONNECT 127.0.0.1:{upstream.plain_port} HTTP/1.1\r\nHost: x\r\n"
            tunnel = f"{connect}{RIGHT}\r\n".encode() + request("/in/a/tunnel")
            return [
                *[await ask(port, request(url, more)) for more in ("", WRONG, "Proxy-Authorization: Basic %\r\n")],
                await ask(port, f"{connect}\r\n".encode(), until=b"PASSWORD"),
                await ask(port, request(url, RIGHT)),
                await ask(port, tunnel, until=b"{}"),
            ]

    answers = asyncio.run(run())

    assert [status(answer) for answer in answers] == [b"407", b"407", b"407", b"407", b"200", b"200"]
    assert b'Basic realm="farebox"' in answers[0]
    assert [asked.target for asked in upstream.asked] == ["/v1/chat/completions", "/in/a/tunnel"]
    assert not any("proxy-authorization" in asked.headers for asked in upstream.asked)
    assert access.reasons == ["auth"] * 4


def test_a_client_of_no_network_gets_nothing() -> None:
    access = Refused(clients=["10.0.0.0/8", "fc00::/7"])

    assert [access._is_client(one) for one in ("10.1.1.1", "::ffff:10.1.1.1", "fd00::1", "127.0.0.1", "::1")] == [
        True
    ] * 5
    assert [access._is_client(one) for one in ("192.168.1.1", "fe80::1%eth0", "1.1.1.1")] == [False] * 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_a_wide_listener_refuses_the_inside_by_every_spelling_and_records_no_call(
    host: str, upstream: Upstream, tmp_path: Path
) -> None:
    access = Refused(host="0.0.0.0")
    url = f"http://{host}:{upstream.plain_port}/v1/chat/completions"

    async def run() -> bytes:
        with Worker(tmp_path) as worker:
            async with proxy(access, worker.connections, worker.sidecar) as [port]:
                answer = await ask(port, request(url))
            assert worker.readings() == []
            return answer

    answer = asyncio.run(run())

    assert (status(answer), upstream.asked) == (b"502", [])
    assert b"is on the inside of this network: add it to upstreams.allow" in answer
    assert access.reasons == ["upstream"]


@pytest.mark.parametrize("values", [{}, {"host": "0.0.0.0", "upstreams": {"allow": ["127.0.0.1"]}}])
def test_this_machine_s_own_user_and_named_servers_are_reached(values: dict[str, Any], upstream: Upstream) -> None:
    access = Refused(**values)

    async def run() -> bytes:
        async with proxy(access) as [port]:
            return await ask(port, request(INSIDE.format(port=upstream.plain_port)))

    assert status(asyncio.run(run())) == b"200"


def test_a_name_that_has_another_address_once_it_is_connected_to_gets_nothing(upstream: Upstream) -> None:
    class Rebinding:
        """Sends the connection here, after its name was checked."""

        def server_connect(self, data: Any) -> None:
            data.server.address = ("127.0.0.1", upstream.plain_port)

    access = Refused(host="0.0.0.0")

    async def run() -> bytes:
        async with proxy(access, Rebinding()) as [port]:
            return await ask(port, request(f"http://1.1.1.1:{upstream.plain_port}/v1/x"))

    assert status(asyncio.run(run())) == b"502"
    assert upstream.asked == []
    assert access.reasons == ["upstream"]


@pytest.mark.parametrize(
    ("mode", "values", "key"),
    [
        ("reverse:https://api.openai.com@0.0.0.0:8101", {}, "mode: reverse"),
        ("socks5@0.0.0.0:8101", {"auth": {"user": "a", "password_file": "b"}}, "mode: socks5"),
        ("reverse:https://api.openai.com@8101", {}, None),
        ("socks5@0.0.0.0:8101", {"clients": ["10.0.0.0/8"]}, None),
        ("reverse:https://api.openai.com@0.0.0.0:8101", {"auth": {"user": "a", "password_file": "b"}}, None),
    ],
)
def test_other_listeners_must_be_meant_too(mode: str, values: dict[str, Any], key: str | None) -> None:
    settings = load({"mode": [mode], **values}, environment={})
    if key is None:
        check_modes(settings)
    else:
        with pytest.raises(SettingsError, match=f"^{key}"):
            check_modes(settings)
