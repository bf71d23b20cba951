"""What holds for every websocket session: one row a response, wherever it ends, whatever else is said."""

import itertools
import json
from collections.abc import Callable

import pytest
from farebox.dialects import DIALECTS
from farebox.metering.call import call_of
from farebox.metering.websocket_meter import WebSocketMeter
from farebox.records import reading
from farebox.records.exchange import Response, request_to
from farebox.records.reading import Reading

from tests.cases import columns
from tests.sessions import Recorded, sessions

SESSIONS = list(sessions())
UPGRADE = (("upgrade", "websocket"),)
REALTIME = "https://api.openai.com/v1/realtime?model=gpt-realtime"
ASK = b'{"type": "response.create"}'

BILLED = {one.name for one in DIALECTS if one.socket and one.socket.bills_session}

each_session = pytest.mark.parametrize("recorded", SESSIONS, ids=lambda recorded: recorded.name)


def opened(url: str = REALTIME) -> WebSocketMeter:
    call = call_of(request_to("GET", url, UPGRADE), call_id="session", started_at=1_000_000_000)
    assert call
    return WebSocketMeter(call, Response(101), map(str, itertools.count()).__next__)


def event(kind: str, name: str = "resp_1", **response: object) -> bytes:
    return json.dumps({"type": kind, "response_id": name, "response": {"id": name, **response}}).encode()


def done(name: str = "resp_1", tokens: int = 5) -> bytes:
    return event("response.done", name, status="completed", usage={"input_tokens": tokens, "output_tokens": tokens})


@each_session
def test_session(recorded: Recorded) -> None:
    assert [columns(one) for one in recorded.read()] == recorded.readings


@each_session
def test_one_dialect_claims_an_upgrade(recorded: Recorded) -> None:
    assert [one.name for one in DIALECTS if one.claims(recorded.request)] == [recorded.path.parent.name]


def test_every_socket_dialect_has_sessions() -> None:
    assert {one.name for one in DIALECTS if one.socket} == {recorded.path.parent.name for recorded in SESSIONS}


@each_session
def test_a_session_cut_anywhere_keeps_what_was_complete(recorded: Recorded) -> None:
    """What was said before the cut is read as if nothing had been cut; what was under way is a row without usage."""
    whole = [columns(one) for one in recorded.read()]

    for number in range(len(recorded.messages)):
        found = recorded.read(number)
        ended = [columns(one) for one in found if one.outcome != reading.CLIENT_ABORT]

        assert ended == whole[: len(ended)]
        assert found
        # A session that is billed itself has what it stated last.
        cut = [one for one in found if one.outcome == reading.CLIENT_ABORT and one.dialect not in BILLED]
        assert not any(one.usage.is_reported for one in cut)


@each_session
def test_noise_between_the_messages_changes_nothing(recorded: Recorded) -> None:
    session = recorded.session()
    noise = (b"", b"{", b"\x00\xff\xfe", b"[1]", b'"text"', b"{}", b'{"type": 7}', b'{"type": "ping"}', b"[" * 2000)
    found: list[Reading] = []

    for second, (is_from_client, message) in enumerate(recorded.messages):
        for other in noise:
            found.extend([*session.to_server(other, float(second)), *session.to_client(other, float(second))])
        found.extend((session.to_server if is_from_client else session.to_client)(message, float(second)))
    found.extend(session.close(99.0, reading.CLIENT_ABORT))

    assert session.failure is None
    assert [columns(one) for one in found] == recorded.readings


def test_a_response_is_timed_from_where_the_client_asked() -> None:
    session = opened()

    list(session.to_server(ASK, 10.0))
    list(session.to_client(event("response.created"), 10.25))
    list(session.to_client(event("response.output_audio.delta"), 10.5))
    [row] = session.to_client(done(), 12.0)

    assert (row.started_at, row.ttfb_ms, row.ttft_ms, row.duration_ms) == (11_000_000_000, 250, 500, 2000)
    assert row.output_chunks == 1


def test_a_response_that_nobody_asked_for_is_timed_from_its_first_message() -> None:
    session = opened()

    list(session.to_client(event("response.created"), 10.0))
    [row] = session.to_client(done(), 12.0)

    assert (row.started_at, row.duration_ms) == (11_000_000_000, 2000)


def test_what_the_client_sent_counts_for_the_next_response() -> None:
    session = opened()
    speech = b'{"type": "input_audio_buffer.append", "audio": "AAAA"}'

    list(session.to_server(speech, 1.0))
    [first] = session.to_client(done("resp_1"), 2.0)
    [second] = session.to_client(done("resp_2"), 3.0)

    assert (first.request_bytes, second.request_bytes) == (len(speech), 0)
    assert first.response_bytes == len(done("resp_1"))


def test_every_row_has_an_id_of_its_own() -> None:
    session = opened()

    rows = [row for number in range(3) for row in session.to_client(done(f"resp_{number}"), 1.0)]

    assert len({row.id for row in rows}) == 3


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (lambda session: session.close(1.0, reading.CLIENT_ABORT, is_closed=True), reading.OK),
        (lambda session: session.close(1.0, reading.PROVIDER_CUT), reading.PROVIDER_CUT),
        (lambda session: session.close(1.0, reading.SIDECAR_STOP), reading.SIDECAR_STOP),
    ],
)
def test_a_session_without_a_response_is_one_row(end: Callable[[WebSocketMeter], list[Reading]], outcome: str) -> None:
    session = opened()

    [row] = end(session)

    assert (row.outcome, row.usage.is_reported, row.id) == (outcome, False, "session")


def test_a_session_with_responses_is_no_row_itself() -> None:
    session = opened()

    assert len(list(session.to_client(done(), 1.0))) == 1
    assert list(session.close(2.0, reading.CLIENT_ABORT)) == []


def test_what_was_asked_for_and_not_begun_is_a_row_when_the_socket_is_cut() -> None:
    session = opened()

    list(session.to_server(ASK, 1.0))

    assert session.is_busy
    assert [row.outcome for row in session.close(2.0, reading.PROVIDER_CUT)] == [reading.PROVIDER_CUT]


def test_endless_requests_for_responses_do_not_fill_the_memory() -> None:
    session = opened()

    ended = [row for number in range(1500) for row in session.to_server(ASK, float(number))]

    assert len(ended) == 500
    assert {row.outcome for row in ended} == {reading.PROVIDER_CUT}


def test_turns_of_a_serial_api_are_not_asked_for_twice() -> None:
    session = opened(
        "https://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    )
    asked = b'{"clientContent": {"turns": [], "turnComplete": true}}'

    for second in (1.0, 2.0):
        list(session.to_server(asked, second))
    rows = list(session.to_client(b'{"serverContent": {"turnComplete": true}, "usageMetadata": {}}', 3.0))

    assert [row.duration_ms for row in rows] == [2000]
    assert list(session.close(4.0, reading.CLIENT_ABORT)) == []


def test_parameters_of_the_session_hold_for_each_response_and_those_of_a_response_for_it_alone() -> None:
    session = opened()
    list(session.to_server(b'{"type": "session.update", "session": {"temperature": 0.6, "instructions": "x"}}', 0.0))

    found: list[Reading] = []
    for number, ask in enumerate((b'{"type": "response.create", "response": {"max_output_tokens": 9}}', ASK)):
        list(session.to_server(ask, 1.0))
        list(session.to_client(event("response.created", f"resp_{number}"), 1.1))
        found += session.to_client(done(f"resp_{number}"), 1.2)

    assert [one.params for one in found] == [{"temperature": 0.6, "max_output_tokens": 9}, {"temperature": 0.6}]
