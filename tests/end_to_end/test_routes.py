"""Base URLs of farebox itself: the provider gets the bytes of the client, and the client those of the provider."""

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import openai
import pytest
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection

from tests.conftest import StartSidecar
from tests.support import raw_client
from tests.support.chats import COST, answer
from tests.support.h2_upstream import EVENTS, ROW, End, H2Upstream, Head
from tests.support.sidecar import Sidecar, redirected
from tests.support.socket_upstream import SocketUpstream
from tests.support.upstream import Upstream, plain

CHAT = b'{"model": "gpt-4o",  "messages": [], "stream": true, "stream_options": {"include_usage": true}}'
HEADERS = b"Authorization: Bearer sk-test\r\nX-Order: 1\r\nx-order: 2\r\nContent-Length: %d\r\n\r\n%s"


@pytest.fixture(scope="module")
def provider() -> Iterator[Upstream]:
    with Upstream(answer) as running:
        yield running


@pytest.fixture(scope="module")
def shared(provider: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """A sidecar for the tests that tell their rows from others'."""
    folder = tmp_path_factory.mktemp("routes")
    with Sidecar(folder / "home", *redirected(provider, folder)) as running:
        yield running


def base(sidecar: Sidecar, path: str) -> str:
    return f"http://127.0.0.1:{sidecar.port}{path}"


def request(target: bytes, host: bytes, body: bytes) -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: %s\r\n" % (target, host) + HEADERS % (len(body), body)


def direct(port: int, asked: bytes) -> tuple[bytes, bytes]:
    """Return the answer to a plain request to `port`, and how it ended."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        connection.sendall(asked)
        return raw_client._rest(connection)


def test_only_the_prefix_and_the_host_change_on_the_way(provider: Upstream, shared: Sidecar) -> None:
    """The explicit proxy is the model: it changes nothing."""
    path = b"/v1/chat/completions?a=%2F&b"
    [_, explicit, _] = raw_client.exchange(
        shared.port, Path(shared.ca), "api.openai.com", request(path, b"api.openai.com", CHAT)
    )
    routed, _ = direct(shared.port, request(b"/openai" + path, b"sidecar.example:8080", CHAT))

    model, seen = provider.asked[-2:]
    assert seen == model
    assert (seen.target.encode(), seen.headers["host"], seen.body) == (path, "api.openai.com", CHAT)
    assert routed == explicit
    assert routed.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("prefix", "host", "target"),
    [
        ("/deepseek", "api.deepseek.com", "/chat/completions"),
        ("/openrouter/api/v1", "openrouter.ai", "/api/v1/chat/completions"),
        ("/azure/shop/openai/v1", "shop.openai.azure.com", "/openai/v1/chat/completions"),
        ("/ollama/v1", "127.0.0.1:11434", "/v1/chat/completions"),
    ],
)
def test_an_sdk_with_a_base_url_reaches_its_provider(
    provider: Upstream, shared: Sidecar, prefix: str, host: str, target: str
) -> None:
    model = f"asked-{host}"
    sdk = openai.OpenAI(api_key="sk-test", base_url=base(shared, prefix), max_retries=0)

    answered = sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}])

    assert answered.choices[0].message.content == "hello"
    assert (provider.asked[-1].headers["host"], provider.asked[-1].target) == (host, target)
    row = shared.row("model_requested", model)
    assert (row["host"], row["outcome"], row["input_tokens"]) == (host, "ok", 300)


def test_one_connection_can_ask_several_providers(provider: Upstream, shared: Sidecar) -> None:
    with httpx2.Client(trust_env=False) as client:
        for prefix in ("/openai/v1", "/deepseek", "/openai/v1"):
            asked = {"model": "one-connection", "messages": []}
            assert client.post(base(shared, f"{prefix}/chat/completions"), json=asked).status_code == 200

    hosts = [asked.headers["host"] for asked in provider.asked[-3:]]
    assert hosts == ["api.openai.com", "api.deepseek.com", "api.openai.com"]


def test_ollama_s_models_are_listed_at_the_root(provider: Upstream, shared: Sidecar) -> None:
    assert httpx2.get(base(shared, "/api/tags"), trust_env=False).status_code == 200

    assert (provider.asked[-1].target, provider.asked[-1].headers["host"]) == ("/api/tags", "127.0.0.1:11434")


@pytest.mark.parametrize("is_proxied", [False, True], ids=["origin form", "absolute form"])
def test_a_wrong_prefix_is_answered_with_the_routes_and_is_no_call(
    provider: Upstream, shared: Sidecar, is_proxied: bool
) -> None:
    before = len(provider.asked)
    proxy = shared.proxy if is_proxied else None

    with httpx2.Client(proxy=proxy, trust_env=False) as client:
        url = base(shared, "/opnai/v1/chat/completions")
        # In pieces, so without a length.
        told = [client.post(url, content=iter([b'{"model": "wrong-', b'prefix"}'])) for _ in range(2)]

    assert [one.status_code for one in told] == [404, 404]
    assert "/openrouter" in told[0].json()["routes"]
    httpx2.post(base(shared, "/openai/v1/chat/completions"), json={"model": f"right-{is_proxied}"}, trust_env=False)
    shared.row("model_requested", f"right-{is_proxied}")
    assert not [
        row for row in shared.rows() if row["model_requested"] == "wrong-prefix" or row["provider"] == "unknown"
    ]
    assert len(provider.asked) == before + 1


def test_usage_is_asked_for_and_removed_as_behind_the_explicit_proxy(provider: Upstream, shared: Sidecar) -> None:
    asked = {"model": "gpt-4o", "messages": [], "stream": True, "user": "route"}

    answered = httpx2.post(base(shared, "/openai/v1/chat/completions"), json=asked, trust_env=False)

    assert json.loads(provider.asked[-1].body)["stream_options"] == {"include_usage": True}
    assert "usage" not in answered.text
    assert answered.text.endswith("data: [DONE]\n\n")
    assert COST in [row["cost_nanousd"] for row in shared.rows() if row["streamed"]]


def test_an_own_route_replaces_a_known_one_and_has_a_path_of_its_own(
    provider: Upstream, start_sidecar: StartSidecar
) -> None:
    routes = "[{prefix: /ollama, url: 'http://gateway.example.net:11434/llm'}]"
    sidecar = start_sidecar(provider, environment={"FAREBOX_ROUTES": routes})

    httpx2.post(base(sidecar, "/ollama/api/chat"), json={"model": "llama3", "stream": False}, trust_env=False)

    asked = provider.asked[-1]
    assert (asked.target, asked.headers["host"]) == ("/llm/api/chat", "gateway.example.net:11434")


def test_a_websocket_goes_through_a_route(start_sidecar: StartSidecar) -> None:
    def talk(connection: ServerConnection) -> None:
        connection.recv()
        usage = {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10}
        done = {"object": "realtime.response", "id": "resp_1", "status": "completed", "output": [], "usage": usage}
        connection.send(json.dumps({"type": "response.done", "event_id": "e", "response": done}))
        connection.recv()

    # The provider of sockets has no TLS, so its name counts only because it is configured.
    routes = "[{prefix: /openai, url: 'http://api.openai.com'}]"
    providers = "[{name: openai, hosts: [api.openai.com]}]"
    with SocketUpstream(talk) as provider:
        sidecar = start_sidecar(provider, environment={"FAREBOX_ROUTES": routes, "FAREBOX_PROVIDERS": providers})
        url = base(sidecar, "/openai/v1/realtime?model=gpt-realtime").replace("http", "ws", 1)
        with connect(url, proxy=None, close_timeout=2) as client:
            client.send('{"type": "response.create"}')
            assert json.loads(client.recv(20))["response"]["id"] == "resp_1"

        [row] = sidecar.rows(1)
    assert (row["provider"], row["dialect"], row["input_tokens"]) == ("openai", "openai_realtime", 20)


def test_a_base_url_with_https_speaks_http2_on_both_sides(start_sidecar: StartSidecar) -> None:
    with H2Upstream() as provider:
        provider.frames = lambda _asked: [Head((("content-type", "text/event-stream"),)), *EVENTS, End()]
        sidecar = start_sidecar(provider)
        trust = ssl.create_default_context(cafile=sidecar.ca)
        with httpx2.Client(http1=False, http2=True, verify=trust, trust_env=False) as client:
            url = f"https://localhost:{sidecar.port}/openai/v1/chat/completions"
            answered = client.post(url, json=json.loads(CHAT))

        [row] = sidecar.rows(1)
        assert (answered.http_version, answered.content, provider.protocols) == ("HTTP/2", b"".join(EVENTS), {"h2"})
    assert provider.asked[-1].target == "/v1/chat/completions"
    assert {name: row[name] for name in ROW} == ROW
    assert row["host"] == "api.openai.com"


def test_a_provider_that_is_down_is_a_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("down")
    with Upstream(lambda _asked: plain(b"{}")) as gone:
        options = redirected(gone, folder)
    with Sidecar(folder / "home", *options) as sidecar:
        answered = httpx2.post(base(sidecar, "/openai/v1/chat/completions"), json={"model": "x"}, trust_env=False)

        [row] = sidecar.rows(1)
    assert answered.status_code == 502
    assert (row["host"], row["outcome"], row["status"]) == ("api.openai.com", "network_error", None)


@pytest.mark.parametrize(("offered", "chosen"), [(["h2", "http/1.1"], "http/1.1"), (["h2"], "h2")])
def test_tls_to_the_proxy_itself_is_http_1_for_clients_that_have_it(
    shared: Sidecar, offered: list[str], chosen: str
) -> None:
    trusting = ssl.create_default_context(cafile=shared.ca)
    trusting.set_alpn_protocols(offered)

    with (
        socket.create_connection(("127.0.0.1", shared.port), 20) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as client,
    ):
        assert client.selected_alpn_protocol() == chosen
