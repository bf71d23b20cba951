"""Websockets through `farebox up`: the official SDK, a real provider, and every way in which a socket ends."""

import json
import signal
import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection

from tests.conftest import StartSidecar
from tests.support.sidecar import Sidecar, export
from tests.support.socket_upstream import SocketUpstream

# The SDK, too, opens sockets without a `with`.
pytestmark = pytest.mark.filterwarnings(r"ignore:connect\(\) must be used as a context manager:DeprecationWarning")

SERVER = "ws://api.openai.com/v1"
REALTIME = f"{SERVER}/realtime?model=gpt-realtime"
SECONDS = 20.0
USAGE = {
    "total_tokens": 30,
    "input_tokens": 20,
    "output_tokens": 10,
    "input_token_details": {"text_tokens": 14, "audio_tokens": 6, "cached_tokens": 0},
    "output_token_details": {"text_tokens": 4, "audio_tokens": 6},
}


def event(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, "event_id": "event", **fields})


def begin(connection: ServerConnection, name: str) -> None:
    """Send all of a response but its end."""
    response: dict[str, Any] = {"object": "realtime.response", "id": name, "status": "in_progress", "output": []}
    delta = {"item_id": "item", "output_index": 0, "content_index": 0, "delta": "AAAA"}
    connection.send(event("response.created", response=response))
    connection.send(event("response.output_audio.delta", response_id=name, **delta))


def finish(connection: ServerConnection, name: str) -> None:
    response = {"object": "realtime.response", "id": name, "status": "completed", "output": [], "usage": USAGE}
    connection.send(event("response.done", response=response))


def realtime(connection: ServerConnection) -> None:
    """Answer each `response.create`; asked to wait it finishes none, asked to break it cuts the socket."""
    connection.send(event("session.created", session={"type": "realtime", "id": "sess", "model": "gpt-realtime"}))
    for number, message in enumerate(connection):
        asked = json.loads(message)
        if asked["type"] != "response.create":
            continue
        begin(connection, f"resp_{number}")
        if asked.get("event_id") == "break":
            connection.socket.close()
            return
        if asked.get("event_id") != "wait":
            finish(connection, f"resp_{number}")


def responses(connection: ServerConnection) -> None:
    """Answer each `response.create` as the responses API does."""
    for number, message in enumerate(connection):
        asked = json.loads(message)
        body = {"id": f"resp_{number}", "object": "response", "created_at": 1, "model": asked["model"], "output": []}
        usage = {
            "input_tokens": 7,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 2,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 9,
        }
        connection.send(event("response.created", sequence_number=0, response={**body, "status": "in_progress"}))
        ended = {**body, "status": "completed", "usage": usage}
        connection.send(event("response.completed", sequence_number=1, response=ended))


@pytest.fixture
def provider() -> Iterator[SocketUpstream]:
    with SocketUpstream(realtime) as upstream:
        yield upstream


@pytest.fixture
def proxied(provider: SocketUpstream, start_sidecar: StartSidecar) -> Sidecar:
    # This provider has no TLS, so its name counts only because it is configured.
    return start_sidecar(provider, environment={"FAREBOX_PROVIDERS": "[{name: openai, hosts: [api.openai.com]}]"})


def options(sidecar: Sidecar) -> Any:
    return {"proxy": sidecar.proxy}


def opened(sidecar: Sidecar, **more: Any) -> ClientConnection:
    client: ClientConnection = connect(REALTIME, open_timeout=SECONDS, close_timeout=2, **options(sidecar), **more)
    return client


def ask(client: ClientConnection, event_id: str = "ask") -> None:
    client.send(json.dumps({"type": "response.create", "event_id": event_id}))


def until(client: ClientConnection, kind: str) -> None:
    while json.loads(client.recv(SECONDS))["type"] != kind:
        pass


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["response_id"], row["outcome"], row["input_tokens"], row["output_tokens"]) for row in rows]


def test_the_realtime_client_of_the_official_sdk_leaves_a_row_for_each_response(proxied: Sidecar) -> None:
    sdk, how = openai.OpenAI(api_key="sk-test", websocket_base_url=SERVER), options(proxied)
    seen = []

    with sdk.realtime.connect(model="gpt-realtime", websocket_connection_options=how) as connection:
        for _ in range(2):
            connection.response.create()
            for event in connection:
                seen.append(event.type)
                if event.type == "response.done":
                    break

    assert seen == [
        "session.created",
        *["response.created", "response.output_audio.delta", "response.done"] * 2,
    ]
    first, second = proxied.rows(2)
    assert brief([first, second]) == [("resp_0", "ok", 20, 10), ("resp_1", "ok", 20, 10)]
    assert (first["provider"], first["dialect"], first["model_returned"]) == (
        "openai",
        "openai_realtime",
        "gpt-realtime",
    )
    assert (first["cache_read_tokens"], first["input_audio_tokens"], first["output_audio_tokens"]) == (0, 6, 6)
    assert first["cost_status"] == "priced"
    assert first["ttft_ms"] is not None
    assert first["overhead_us"] > 0


def test_the_responses_client_of_the_official_sdk_leaves_a_row_for_each_response(
    provider: SocketUpstream, proxied: Sidecar
) -> None:
    provider.play = responses
    sdk, how = openai.OpenAI(api_key="sk-test", websocket_base_url=SERVER), options(proxied)

    with sdk.responses.connect(websocket_connection_options=how) as connection:
        for model in ("gpt-5-mini", "gpt-5-nano"):
            connection.response.create(model=model, input="Hello")
            for event in connection:
                if event.type == "response.completed":
                    break

    rows = proxied.rows(2)
    assert brief(rows) == [("resp_0", "ok", 7, 2), ("resp_1", "ok", 7, 2)]
    assert [row["model_requested"] for row in rows] == ["gpt-5-mini", "gpt-5-nano"]


def test_a_response_that_the_client_saw_complete_survives_a_kill(
    provider: SocketUpstream, proxied: Sidecar, start_sidecar: StartSidecar
) -> None:
    client = opened(proxied)
    ask(client)
    until(client, "response.done")

    proxied.kill()

    assert brief(start_sidecar(provider).rows(1)) == [("resp_0", "ok", 20, 10)]


@pytest.mark.parametrize("compression", ["deflate", None])
def test_messages_pass_unchanged(provider: SocketUpstream, proxied: Sidecar, compression: Any) -> None:
    """Text and sound, of any size, in one frame or several, whatever the two ends agreed on."""

    def echo(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(message)

    provider.play = echo
    messages: list[str | bytes] = [
        *("", "{", "[" * 10_000, '{"setup": []}', "Grüße \U0001f600", "x" * 300_000, b"", b"\x00\xff" * 50_000),
        '{"type": "response.done", "response": 7}',
        '{"type": "response.done", "response": {"id": "r", "usage": 7}}',
    ]

    with opened(proxied, compression=compression, max_size=None) as client:
        for message in messages:
            client.send(message)
            assert client.recv(SECONDS) == message
        client.send(["in ", "several ", "frames"])
        assert client.recv(SECONDS) == "in several frames"


def test_a_client_that_leaves_in_the_middle_of_a_response_is_a_row(proxied: Sidecar) -> None:
    with opened(proxied) as client:
        ask(client, "wait")
        until(client, "response.output_audio.delta")

    [row] = proxied.rows(1)
    assert brief([row]) == [("resp_0", "client_abort", None, None)]
    assert row["usage_source"] == "none"


def test_a_provider_that_breaks_off_in_the_middle_of_a_response_is_a_row(proxied: Sidecar) -> None:
    with pytest.raises(ConnectionClosed), opened(proxied) as client:
        ask(client, "break")
        while True:
            client.recv(SECONDS)

    assert brief(proxied.rows(1)) == [("resp_0", "provider_cut", None, None)]


def test_a_socket_without_a_response_is_a_row_without_usage(proxied: Sidecar) -> None:
    with opened(proxied) as client:
        until(client, "session.created")

    [row] = proxied.rows(1)
    assert brief([row]) == [(None, "ok", None, None)]
    assert (row["status"], row["model_returned"]) == (101, "gpt-realtime")


def test_an_upgrade_that_is_refused_is_a_row(provider: SocketUpstream, proxied: Sidecar) -> None:
    provider.refusal = 401

    with pytest.raises(Exception, match="401"):
        opened(proxied)

    [row] = proxied.rows(1)
    assert (row["status"], row["outcome"], row["error_code"]) == (401, "http_error", "no")


def test_a_response_that_is_cut_by_a_stop_is_a_row(provider: SocketUpstream, start_sidecar: StartSidecar) -> None:
    sidecar = start_sidecar(provider, environment={"FAREBOX_SHUTDOWN_TIMEOUT": "0.5"})
    client = opened(sidecar)
    ask(client, "wait")
    until(client, "response.output_audio.delta")

    sidecar.stop()

    assert brief(export(sidecar.home)) == [("resp_0", "sidecar_stop", None, None)]


def test_an_idle_socket_does_not_delay_the_end_of_the_sidecar(
    provider: SocketUpstream, start_sidecar: StartSidecar
) -> None:
    # The sidecar may wait for ten minutes, which is longer than this test does.
    sidecar = start_sidecar(provider, environment={"FAREBOX_SHUTDOWN_TIMEOUT": "600"})
    client = opened(sidecar)
    ask(client)
    until(client, "response.done")

    sidecar.process.send_signal(signal.SIGTERM)

    assert sidecar.process.wait(120) == 0
    assert brief(export(sidecar.home)) == [("resp_0", "ok", 20, 10)]


def test_sockets_at_the_same_time_do_not_mix(proxied: Sidecar) -> None:
    def talk() -> None:
        with opened(proxied) as client:
            for _ in range(5):
                ask(client)
                until(client, "response.done")

    threads = [threading.Thread(target=talk) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)

    assert {(row["outcome"], row["input_tokens"]) for row in proxied.rows(40)} == {("ok", 20)}
