"""The hooks of one flow: which bodies are buffered or tapped, when its Reading is appended; no hook raises."""

import asyncio
from email.utils import formatdate
from typing import Any

import pytest
from farebox.proxy.addon import Sidecar
from farebox.proxy.held_answers import Held
from farebox.proxy.memory_budget import REQUEST_LIMIT
from farebox.proxy.tap import RESPONSE_LIMIT, RequestTap, ResponseTap
from farebox.proxy.usage_tap import UsageTap
from farebox.records.reading import Reading
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.test import tflow

from tests.support.flows import EVENTS, JSON, Worker, answered, flow_of, whole

STREAMED = b'{"model": "gpt-4o", "stream": true}'
CHUNK = b'data: {"model": "gpt-4o", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n'
COUNT = b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}\n\n'
DONE = b"data: [DONE]\n\n"


@pytest.fixture
def sidecar(worker: Worker) -> Sidecar:
    return worker.sidecar


def begin(sidecar: Sidecar, flow: http.HTTPFlow) -> None:
    sidecar.requestheaders(flow)
    sidecar.request(flow)


def respond(sidecar: Sidecar, flow: http.HTTPFlow) -> None:
    asyncio.run(whole(sidecar.response(flow)))


def brief(readings: list[Reading]) -> list[tuple[str, int | None, int | None]]:
    return [(reading.outcome, reading.status, reading.usage.input_tokens) for reading in readings]


def stream_of(flow: http.HTTPFlow) -> Any:
    assert flow.response
    return flow.response.stream


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"content-length": str(REQUEST_LIMIT)}, bool),
        ({"content-length": str(REQUEST_LIMIT + 1)}, RequestTap),
        ({"transfer-encoding": "chunked"}, RequestTap),
    ],
    ids=["at the limit", "above the limit", "unknown length"],
)
def test_requests_of_llm_calls_are_buffered_up_to_a_limit(
    sidecar: Sidecar, headers: dict[str, str], kind: type
) -> None:
    flow = flow_of()
    del flow.request.headers["content-length"]
    flow.request.headers.update(headers)

    sidecar.requestheaders(flow)

    assert type(flow.request.stream) is kind
    assert flow.request.stream is not True


def test_a_large_request_is_metered_by_its_tap(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of(headers={**JSON, "transfer-encoding": "chunked"})
    sidecar.requestheaders(flow)
    tap = flow.request.stream
    assert callable(tap)

    assert [tap(b'{"model": '), tap(b'"gpt-5"}')] == [b'{"model": ', b'"gpt-5"}']
    sidecar.error(flow)

    assert [reading.model_requested for reading in worker.readings()] == ["gpt-5"]


def test_other_requests_stream_and_are_counted(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of("https://api.openai.com/v1/files")

    begin(sidecar, flow)
    answered(flow)
    sidecar.responseheaders(flow)
    respond(sidecar, flow)

    assert (flow.request.stream, stream_of(flow)) == (True, True)
    assert (worker.readings(), worker.diagnostics.snapshot().unread) == ([], {"api.openai.com": 1})


def test_a_small_answer_is_buffered_and_recorded_in_the_response_hook(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of()
    begin(sidecar, flow)
    answered(flow)

    sidecar.responseheaders(flow)
    assert (stream_of(flow), worker.readings()) == (False, [])
    respond(sidecar, flow)
    respond(sidecar, flow)

    assert brief(worker.readings()) == [("ok", 200, 9)]


def test_a_stream_is_tapped_and_recorded_before_its_end_passes(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of(body=STREAMED[:-1] + b', "stream_options": {"include_usage": true}}')
    begin(sidecar, flow)
    answered(flow, b"", headers=EVENTS)
    del flow.response.headers["content-length"]  # type: ignore[union-attr]

    sidecar.responseheaders(flow)
    tap = stream_of(flow)

    assert type(tap) is ResponseTap
    assert (tap(CHUNK), tap(COUNT), worker.readings()) == (CHUNK, COUNT, [])
    assert tap(DONE) == DONE
    assert brief(worker.readings()) == [("ok", 200, 9)]
    respond(sidecar, flow)
    assert len(worker.readings()) == 1


def test_usage_that_only_farebox_asked_for_is_removed(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of(body=STREAMED)
    begin(sidecar, flow)
    answered(flow, b"", headers=EVENTS)
    del flow.response.headers["content-length"]  # type: ignore[union-attr]

    sidecar.responseheaders(flow)
    tap = stream_of(flow)

    assert b'"include_usage":true' in (flow.request.raw_content or b"")
    assert type(tap) is UsageTap
    assert [tap(piece) for piece in (CHUNK, COUNT, DONE)] == [CHUNK, [], DONE]
    assert brief(worker.readings()) == [("ok", 200, 9)]


def test_a_refusal_without_a_length_is_held_and_tapped_once_it_is_large(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of(body=STREAMED)
    begin(sidecar, flow)
    answered(flow, b"", 400)
    del flow.response.headers["content-length"]  # type: ignore[union-attr]

    sidecar.responseheaders(flow)
    held = stream_of(flow)
    assert isinstance(held, Held)
    assert held.limit == RESPONSE_LIMIT
    tap = held.release()
    assert callable(tap)

    assert tap(b"x" * 10) == b"x" * 10
    respond(sidecar, flow)
    assert [(reading.status, reading.response_bytes) for reading in worker.readings()] == [(400, 10)]


@pytest.mark.parametrize(
    ("client_state", "has_answer", "outcome"),
    [
        (ConnectionState.CLOSED, True, "client_abort"),
        (ConnectionState.OPEN, True, "provider_cut"),
        (ConnectionState.OPEN, False, "network_error"),
    ],
)
def test_a_flow_that_fails_is_recorded_with_its_outcome(
    worker: Worker, sidecar: Sidecar, client_state: ConnectionState, has_answer: bool, outcome: str
) -> None:
    flow = flow_of()
    begin(sidecar, flow)
    if has_answer:
        answered(flow)
        sidecar.responseheaders(flow)
    flow.error, flow.client_conn.state = tflow.terr(), client_state

    sidecar.error(flow)
    sidecar.error(flow)

    assert [reading.outcome for reading in worker.readings()] == [outcome]


def test_the_dates_of_answers_are_compared_with_the_clock(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of()
    begin(sidecar, flow)
    answered(flow, headers={**JSON, "date": formatdate(0, usegmt=True)})

    sidecar.responseheaders(flow)

    assert (worker.diagnostics.snapshot().skew_ms or 0) > 10**12


def test_our_own_time_is_recorded(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of()
    begin(sidecar, flow)
    answered(flow)
    sidecar.responseheaders(flow)
    respond(sidecar, flow)

    [reading] = worker.readings()
    assert reading.overhead_us is not None
    assert reading.overhead_us > 0


@pytest.mark.parametrize("path", ["/v1/realtime?model=gpt-realtime", "/v1/chat/completions"])
def test_a_websocket_is_recorded_by_its_own_end_if_its_dialect_reads_websockets(
    worker: Worker, sidecar: Sidecar, path: str
) -> None:
    flow = tflow.twebsocketflow()
    flow.request.host, flow.request.path, flow.request.port = "api.openai.com", path, 443
    flow.request.method = "GET" if "realtime" in path else "POST"
    begin(sidecar, flow)
    sidecar.responseheaders(flow)

    respond(sidecar, flow)
    at_upgrade = len(worker.readings())
    sidecar.websocket_start(flow)
    sidecar.websocket_message(flow)
    sidecar.websocket_end(flow)

    assert flow.websocket
    assert flow.websocket.messages == []
    assert (at_upgrade, len(worker.readings())) == ((0, 1) if "realtime" in path else (1, 1))


def test_messages_of_undecrypted_protocols_are_not_kept(worker: Worker) -> None:
    tcp, udp = tflow.ttcpflow(), tflow.tudpflow()

    worker.connections.tcp_message(tcp)
    worker.connections.udp_message(udp)

    assert (tcp.messages, udp.messages) == ([], [])


@pytest.mark.parametrize(
    "hook",
    [
        *("requestheaders", "request", "responseheaders", "error"),
        *("websocket_start", "websocket_message", "websocket_end", "client_disconnected"),
    ],
)
def test_a_fault_in_a_hook_is_counted_and_not_raised(worker: Worker, sidecar: Sidecar, hook: str) -> None:
    getattr(sidecar, hook)(None)

    assert worker.heartbeat().meter_failures == {"proxy": 1}


def test_a_fault_while_a_refusal_is_resolved_leaves_the_answer(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of()
    begin(sidecar, flow)
    answered(flow)
    sidecar.responseheaders(flow)
    sidecar._open[flow.id].client_body = b"{}"
    sidecar._usage._resolve_refusal = None  # type: ignore[method-assign, assignment]

    respond(sidecar, flow)

    assert brief(worker.readings()) == [("ok", 200, 9)]
    assert worker.heartbeat().meter_failures == {"proxy": 1}


def test_a_flow_that_is_given_up_is_not_metered_any_more(worker: Worker, sidecar: Sidecar) -> None:
    flow = flow_of()
    begin(sidecar, flow)

    sidecar.give_up(flow, ZeroDivisionError())
    answered(flow)
    sidecar.responseheaders(flow)
    respond(sidecar, flow)

    assert (stream_of(flow), worker.readings()) == (True, [])
