"""No key, prose, e-mail address, token or picture leaks, wherever it stands in a recorded exchange."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from farebox.attribution.attributor import Attributor
from farebox.metering.call import Call, call_of
from farebox.metering.call import read as read_request
from farebox.metering.meter import Meter
from farebox.metering.websocket_meter import WebSocketMeter
from farebox.records.exchange import Request, Response
from farebox.records.reading import PROVIDER_CUT, Reading
from farebox.wire.document import Document
from farebox.wire.websocket import Messages

from tests.cases import Case, cases
from tests.sessions import Recorded, sessions
from tests.support import canaries
from tests.support.canaries import CANARIES, MARK
from tests.support.documents import documents_of
from tests.support.effort import in_turn

CASES = list(cases())
SESSIONS = list(sessions())
DIALECTS = sorted({case.path.parent.name for case in CASES})
SOCKETS = sorted({recorded.path.parent.name for recorded in SESSIONS})
ATTRIBUTOR = Attributor(hmac_key=b"salt")
# Users are known by their addresses, and by no other personal text.
WITHOUT_USER = {"e-mail": {"user_id": None}}
# Kinds take turns: each place gets one or two of them.
SHARE = 6
TURNS = {canary: turn for turn, canary in enumerate(CANARIES.values())}
each_canary = pytest.mark.parametrize("kind", CANARIES)


def claimed(case: Case, request: Request) -> Call:
    call = call_of(request, call_id="planted", started_at=0, table=case.table)
    assert call is not None
    _, body = read_request(request, call.dialect)
    return replace(call, facts=ATTRIBUTOR.caller(request, body, "10.0.0.7"))


def read(call: Call, response: Response, documents: list[Document]) -> Reading:
    meter = Meter(call, response, Messages())
    for document in documents:
        meter.feed_document(document, 1, 0.5)
    reading = meter.close(1.0)
    assert meter.failure is None
    return reading


def readings(dialect: str, canary: str) -> Iterator[Reading]:
    """Yield what is read of each case of `dialect`, with `canary` in one place after the other."""
    own = [case for case in CASES if case.path.parent.name == dialect]
    for case in own:
        documents = documents_of(case)[-1:]
        heads = canaries.heads(case.request, canary) if case in own[:2] else ()
        turn = _turn(case.name, canary)
        for request in in_turn((*heads, *canaries.bodies(case.request, canary)), turn, SHARE):
            yield read(claimed(case, request), case.response, documents)
        for response in in_turn(canaries.responses(case.response, canary) if case in own[:2] else (), turn, SHARE):
            yield read(claimed(case, case.request), response, documents)
    yield from answers(own, canary)


def answers(of: list[Case], canary: str) -> Iterator[Reading]:
    """Yield what is read of each document of the cases' answers with `canary` in one place after the other, and of the
    last one behind it.
    """
    seen: set[str] = set()
    for case in of:
        call, documents = claimed(case, case.request), documents_of(case)
        for place, document in enumerate(documents):
            for planted in in_turn(canaries.documents(document, canary), _turn(f"{case.name} {place}", canary), SHARE):
                if (shape := f"{planted.event} {planted.data}") not in seen:
                    seen.add(shape)
                    yield read(call, case.response, [planted, *documents[place + 1 :][-1:]])


def _turn(place: str, canary: str) -> int | None:
    """Return the turn of `canary` at a place, so that its turns differ between recordings; None for a harmless word."""
    return zlib.crc32(place.encode()) + TURNS[canary] if canary in TURNS else None


def session_readings(recorded: Recorded, canary: str) -> Iterator[Reading]:
    """Yield what a recorded session makes, with `canary` in one place of one message after the other."""
    for place, (is_from_client, message) in enumerate(recorded.messages):
        for planted in in_turn(canaries.values(json.loads(message), canary), _turn(f"{recorded.name} {place}", canary)):
            one = (is_from_client, json.dumps(planted).encode())
            messages = (*recorded.messages[:place], one, *recorded.messages[place + 1 :])
            yield from replace(recorded, messages=messages).read()
    for request in in_turn(canaries.heads(recorded.request, canary), _turn(recorded.name, canary)):
        yield from _read_as(recorded, request)


def _read_as(recorded: Recorded, request: Request) -> Iterator[Reading]:
    call = call_of(request, call_id="session", started_at=0)
    if call is None or call.dialect.socket is None:
        return
    session = WebSocketMeter(call, Response(101), lambda: "response")
    for is_from_client, message in recorded.messages:
        yield from (session.to_server if is_from_client else session.to_client)(message, 1.0)
    yield from session.close(2.0, PROVIDER_CUT)


@pytest.mark.parametrize("dialect", DIALECTS)
@each_canary
def test_nothing_of_a_canary_is_kept_of_a_call(kind: str, dialect: str) -> None:
    for read_of in readings(dialect, CANARIES[kind]):
        reading = msgspec.structs.replace(read_of, **WITHOUT_USER.get(kind, {}))
        assert MARK.encode() not in canaries.kept(reading), reading


@pytest.mark.parametrize("recorded", SESSIONS, ids=lambda recorded: recorded.name)
@each_canary
def test_nothing_of_a_canary_is_kept_of_a_session(kind: str, recorded: Recorded) -> None:
    for reading in session_readings(recorded, CANARIES[kind]):
        assert MARK.encode() not in canaries.kept(reading), reading


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_harmless_word_in_the_same_places_is_kept(dialect: str) -> None:
    """Where nothing at all were kept, the tests above would prove nothing."""
    assert any(MARK.encode() in canaries.kept(reading) for reading in readings(dialect, MARK))
