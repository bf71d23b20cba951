"""Most chunks of a stream are counted without being decoded, whatever its API, and count as if they were."""

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from farebox.metering.call import call_of
from farebox.metering.known_events import KnownEvents
from farebox.metering.meter import Meter
from farebox.records.exchange import Response
from farebox.records.reading import Reading
from farebox.wire.eventstream import EventStreamDocuments

from tests.support.eventstreams import message
from tests.support.stream_chunks import STREAMS, Stream

WORDS = 60
# Each event has the number of its token, which isn't known to mean nothing.
NUMBERED = {"hf_inference"}
HEADERS = {":event-type": "chunk", ":message-type": "event"}


def read(stream: Stream, chunks: Sequence[bytes]) -> Reading:
    call = call_of(stream.request, call_id="1", started_at=0)
    assert call is not None
    meter = Meter(call, Response(200, (("content-type", stream.content_type),)))
    for chunk in chunks:
        meter.feed(chunk, 1.0)
    return meter.close(2.0)


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
@pytest.mark.parametrize("size", [None, 4096, 65536])
def test_most_chunks_are_not_decoded(stream: Stream, size: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    recognize = KnownEvents.recognize

    def noted(known: KnownEvents, name: str, raw: bytes) -> Any:
        found = recognize(known, name, raw)
        # AWS's messages are taken apart one by one.
        decoded.extend([name] if found is None or "bedrock" not in stream.name else [])
        return found

    monkeypatch.setattr(KnownEvents, "recognize", noted)

    reading = read(stream, in_reads(stream, size))

    assert reading.output_chunks == WORDS
    assert len(decoded) <= 16 or stream.name in NUMBERED


def in_reads(stream: Stream, size: int | None) -> list[bytes]:
    """Return the chunks of a stream, or its bytes in reads of `size`."""
    chunks = list(stream.chunks(WORDS))
    body = b"".join(chunks)
    return chunks if size is None else [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
@pytest.mark.parametrize("size", [None, 7, 1000, 65536])
def test_they_count_as_if_they_were(stream: Stream, size: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(stream, in_reads(stream, size))

    monkeypatch.setattr(KnownEvents, "learn", lambda *_: None)
    assert found == read(stream, in_reads(stream, None))


@pytest.mark.parametrize(
    "payload",
    [
        b'{"p":"abc","bytes":"%b"}',
        b'{"bytes":"%b","other":1}',
        b'{ "bytes" : "%b" }',
    ],
)
def test_a_wrapped_document_in_another_form_is_decoded(payload: bytes) -> None:
    asked: list[bytes] = []
    documents = EventStreamDocuments(lambda _name, raw: asked.append(raw))

    [document] = documents.feed(message(HEADERS, payload % base64.b64encode(b'{"type":"x"}')))

    assert (document.data, asked) == ({"type": "x"}, [])


def test_a_message_with_other_headers_has_another_name() -> None:
    documents = EventStreamDocuments()
    sent = [HEADERS, {**HEADERS, ":event-type": "end"}, {":message-type": "exception", ":exception-type": "broken"}]

    found = list(documents.feed(b"".join(message(headers, b"{}") for headers in sent)))

    assert [(document.event, document.is_error) for document in found] == [
        ("chunk", False),
        ("end", False),
        ("broken", True),
    ]
