"""Nothing leaks from websockets, nor from hooks that fail while they handle traffic."""

import json
import ssl
from contextlib import suppress

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection

from tests.conftest import StartSidecar
from tests.end_to_end.test_no_leak import CANARY, CHAT, HEADERS, REFUSED_USAGE, canary, files_with
from tests.support.paths import SUPPORT
from tests.support.sidecar import Sidecar, export
from tests.support.socket_upstream import SocketUpstream
from tests.support.upstream import Upstream, plain

RAISING = str(SUPPORT / "raising_hooks.py")
REALTIME = f"ws://api.openai.com/v1/realtime?model=gpt-realtime&key={canary('query')}"
# Each is what a client says on a socket of its own.
MESSAGES: dict[str, str | bytes] = {
    "prose": canary("prose"),
    "no event": json.dumps([canary("list")]),
    "event": json.dumps({"type": "response.create", "response": {"instructions": canary("instructions")}}),
    "session": json.dumps({"type": "session.update", "session": {"model": canary("model"), "user": canary("user")}}),
    "raises": json.dumps({"type": "response.create", "note": f"raise in the session: {canary('raised')}"}),
    "bytes": canary("bytes").encode(),
}


def talk(connection: ServerConnection) -> None:
    """Answer whatever comes with a response, a failed one, prose, and a close that gives prose as its reason."""
    connection.recv(20)
    connection.send(json.dumps({"type": "session.created", "session": {"id": canary("id"), "model": "gpt-realtime"}}))
    usage = {"input_tokens": 20, "output_tokens": 10, "note": canary("usage")}
    done = {"id": "resp_leak", "status": "completed", "output": [{"text": canary("output")}], "usage": usage}
    error = {"code": canary("code"), "message": canary("message"), "param": canary("param"), "type": canary("type")}
    failed = {"id": "resp_failed", "status": "failed", "user": canary("failed"), "status_details": {"error": error}}
    for event in (
        {"type": "response.done", "response": done},
        {"type": "response.done", "response": failed},
        {"type": canary("event"), "delta": canary("delta")},
        {"type": "error", "error": error},
    ):
        connection.send(json.dumps(event))
    connection.send(canary("message"))
    connection.ping(canary("ping"))
    connection.close(1011, CANARY)


def converse(sidecar: Sidecar) -> None:
    for message in MESSAGES.values():
        with connect(
            REALTIME, proxy=sidecar.proxy, additional_headers=HEADERS, open_timeout=20, close_timeout=2
        ) as client:
            client.send(message)
            with suppress(ConnectionClosed):
                while True:
                    client.recv(20)
            assert isinstance(client.protocol.close_rcvd, Close)


def assert_nothing_leaks(sidecar: Sidecar) -> None:
    scraped = "\n".join(sidecar.metrics()) + json.dumps(sidecar.healthz())

    assert sidecar.stop() == 0

    assert CANARY not in scraped
    assert CANARY not in json.dumps(export(sidecar.home))
    assert files_with(sidecar.home, CANARY) == []
    assert CANARY not in sidecar.log.read_text()


@pytest.mark.filterwarnings(r"ignore:connect\(\) must be used as a context manager:DeprecationWarning")
def test_no_canary_of_a_websocket_is_written_or_printed(start_sidecar: StartSidecar) -> None:
    with SocketUpstream(talk) as upstream:
        sidecar = start_sidecar(upstream, "--script", RAISING)
        converse(sidecar)

        rows = sidecar.rows(2 * (len(MESSAGES) - 1))

    assert [row["response_id"] for row in rows] == ["resp_leak", "resp_failed"] * (len(MESSAGES) - 1)
    assert "RuntimeError at " in sidecar.log.read_text()
    assert_nothing_leaks(sidecar)


def test_no_canary_of_a_stream_that_is_asked_for_usage_is_printed(
    upstream: Upstream, start_sidecar: StartSidecar
) -> None:
    upstream.answer = lambda _asked: plain(json.dumps(REFUSED_USAGE).encode(), status="400 Bad Request")
    sidecar = start_sidecar(upstream, "--script", RAISING)
    question = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": canary("prompt")}]}
    with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
        again = client.post(CHAT, json=question, headers=HEADERS)
        unasked = client.post(CHAT, json={**question, "user": "raise when asked"}, headers=HEADERS)

    assert [again.json(), unasked.json()] == [REFUSED_USAGE] * 2
    assert sidecar.log.read_text().count("RuntimeError at ") == 2
    assert_nothing_leaks(sidecar)
