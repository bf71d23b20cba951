"""Each response on a websocket is a Reading, appended before its last message passes; a cut one is a Reading too."""

import json
from typing import Any

import pytest
from farebox.dialects.openai_realtime import DIALECT
from farebox.proxy.websockets import WebSockets
from farebox.records.reading import Reading
from mitmproxy import http
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from tests.support.flows import Worker, exchange_of

USAGE = {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10}


@pytest.fixture
def flow() -> http.HTTPFlow:
    flow = tflow.twebsocketflow(messages=False)
    flow.request.host, flow.request.path = "api.openai.com", "/v1/realtime?model=gpt-realtime"
    assert flow.websocket
    flow.websocket.messages = []
    flow.websocket.closed_by_client = True
    return flow


@pytest.fixture
def sockets(worker: Worker, flow: http.HTTPFlow) -> WebSockets:
    """The websockets of a worker, with one open."""
    sockets = WebSockets(worker.output)
    exchange = exchange_of(flow)
    exchange.dialect = DIALECT
    sockets.start(flow, exchange)
    return sockets


def say(sockets: WebSockets, flow: http.HTTPFlow, kind: str, *, from_client: bool = False, **fields: Any) -> None:
    assert flow.websocket
    content = json.dumps({"type": kind, **fields}).encode()
    flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT, from_client, content))
    sockets.message(flow)


def respond(sockets: WebSockets, flow: http.HTTPFlow, number: int, *, is_whole: bool = True) -> None:
    response = {"object": "realtime.response", "id": f"resp_{number}"}
    say(sockets, flow, "response.create", from_client=True)
    say(sockets, flow, "response.created", response={**response, "status": "in_progress"})
    if is_whole:
        say(sockets, flow, "response.done", response={**response, "status": "completed", "usage": USAGE})


def brief(readings: list[Reading]) -> list[tuple[str | None, str, int | None]]:
    return [(reading.response_id, reading.outcome, reading.usage.input_tokens) for reading in readings]


def test_each_response_is_a_reading_once_it_ends(worker: Worker, sockets: WebSockets, flow: http.HTTPFlow) -> None:
    respond(sockets, flow, 1)
    assert brief(worker.readings()) == [("resp_1", "ok", 20)]

    respond(sockets, flow, 2)
    assert brief(worker.readings()) == [("resp_1", "ok", 20), ("resp_2", "ok", 20)]
    assert all(reading.overhead_us for reading in worker.readings())
    assert all(reading.sidecar == "here" for reading in worker.readings())


def test_a_response_under_way_keeps_the_sidecar_busy(sockets: WebSockets, flow: http.HTTPFlow) -> None:
    assert sockets.busy == 0
    respond(sockets, flow, 1, is_whole=False)
    assert sockets.busy == 1
    say(sockets, flow, "response.done", response={"id": "resp_1", "status": "completed", "usage": USAGE})
    assert sockets.busy == 0


@pytest.mark.parametrize(
    ("closed_by_client", "code", "outcome"),
    [(True, 1006, "client_abort"), (False, 1006, "provider_cut")],
)
def test_a_response_that_is_cut_is_a_reading_of_the_side_that_closed(
    worker: Worker, sockets: WebSockets, flow: http.HTTPFlow, closed_by_client: bool, code: int, outcome: str
) -> None:
    respond(sockets, flow, 1, is_whole=False)
    assert flow.websocket
    flow.websocket.closed_by_client, flow.websocket.close_code = closed_by_client, code

    sockets.end(flow)

    assert brief(worker.readings()) == [("resp_1", outcome, None)]
    assert sockets.busy == 0


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(1000, "ok"), (1001, "ok"), (1005, "ok"), (1006, "client_abort"), (1002, "client_abort"), (1011, "client_abort")],
)
def test_a_socket_without_a_response_is_a_reading_by_its_close_code(
    worker: Worker, sockets: WebSockets, flow: http.HTTPFlow, code: int, outcome: str
) -> None:
    assert flow.websocket
    flow.websocket.close_code = code

    sockets.end(flow)

    assert [reading.outcome for reading in worker.readings()] == [outcome]


def test_a_socket_ends_once(worker: Worker, sockets: WebSockets, flow: http.HTTPFlow) -> None:
    sockets.end(flow)
    sockets.end(flow)
    say(sockets, flow, "response.create", from_client=True)

    assert len(worker.readings()) == 1


def test_the_end_of_the_sidecar_cuts_what_is_under_way(
    worker: Worker, sockets: WebSockets, flow: http.HTTPFlow
) -> None:
    respond(sockets, flow, 1, is_whole=False)

    sockets.stop()
    sockets.end(flow)

    assert brief(worker.readings()) == [("resp_1", "sidecar_stop", None)]


def test_a_dropped_socket_is_not_metered(worker: Worker, sockets: WebSockets, flow: http.HTTPFlow) -> None:
    sockets.drop(flow.id)
    sockets.drop("no such flow")
    respond(sockets, flow, 1)

    assert (worker.readings(), sockets.busy) == ([], 0)


def test_a_client_that_is_gone_ends_its_responses(worker: Worker, sockets: WebSockets, flow: http.HTTPFlow) -> None:
    respond(sockets, flow, 1, is_whole=False)

    sockets.abandon(tflow.tclient_conn())
    assert worker.readings() == []
    sockets.abandon(flow.client_conn)

    assert [reading.outcome for reading in worker.readings()] == ["client_abort"]
    assert sockets.busy == 0
