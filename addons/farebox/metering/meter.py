"""Meter one call: chunks of the response in, one Reading out, in constant memory."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from ..dialects import dialect_of_answer
from ..dialects._base import Dialect
from ..errors import WireError
from ..providers.answering import named_by_document, named_by_headers
from ..providers.table import NOBODY
from ..records import clean
from ..records.error_param import parameter_in
from ..records.exchange import Response
from ..records.reading import Reading
from ..records.text_size import content_bytes
from ..wire.content import ContentDecoder, content_decoder
from ..wire.documents import Document, Documents, documents
from .bill import BilledUsage, bill
from .billing_events import BillingEvents
from .call import Call, called, names_in
from .cost_fields import CostReader, number_in
from .event_template import Skimmed
from .known_events import Effect, KnownEvents
from .outcome import End, outcome_of
from .output import Output, milliseconds
from .response_head import announced_length, limits, request_id

# How many bytes one read may decompress to: they take time, and no other call proceeds meanwhile.
_BYTES_AT_ONCE = 1 << 20
_BYTES_PER_BYTE = 32
# More than one read of mitmproxy can contain uncompressed.
_DOCUMENTS_AT_ONCE = 20_000
# A read without known events is cut into as many pieces at most, as each takes some time.
_PIECES_AT_ONCE = 64
_AS_REPORTED = ("response_id", "service_tier", "error_type", "error_code", "error_param", "finish_reason")


class Meter:
    """Reads one response, fed in chunks of any size; `now` is in seconds since the call began.

    No exception of our own leaves it: `failure` then contains the exception, and the Reading has what was read before.
    """

    def __init__(self, call: Call, response: Response, framing: Documents | None = None) -> None:
        # By its host. What a response says of its server names the row's provider, but proves nothing.
        self._billed_by = call.provider
        is_named = call.provider is not NOBODY
        self._call = call if is_named else replace(call, provider=named_by_headers(response.headers) or NOBODY)
        self._response = response
        self._reply = call.dialect.begin(response)
        self._content: ContentDecoder | None = None
        self._known = KnownEvents()
        # An error response is one plain document, even if a stream was requested.
        self._documents: Documents = framing or documents(
            response.content_type,
            asks_stream=self.asks_stream and response.status < 400,
            recognize=self._known.recognize,
        )
        self._announced = announced_length(response)
        self._is_plain = (response.header("content-encoding") or "identity") == "identity"
        self._cost = CostReader(call.applicable_cost_fields, response)
        self._events = BillingEvents()
        self._unreadable = False
        self._documents_left = _DOCUMENTS_AT_ONCE
        self.failure: Exception | None = None
        self.received = 0
        self._first_byte: float | None = None
        self._output = Output()
        self._error_param: str | None = None
        self._is_begun = False

    @property
    def is_complete(self) -> bool:
        """Whether the terminal document has passed: the client waits for nothing more."""
        return self._reply.is_complete or (self._documents.is_whole and self.received >= self._announced)

    @property
    def has_failed(self) -> bool:
        """Whether an error has passed."""
        return self._reply.is_error

    @property
    def has_usage(self) -> bool:
        """Whether a usage has been stated."""
        return self._reply.usage is not None

    @property
    def asks_stream(self) -> bool:
        """Whether the request asks for a stream."""
        return self._call.asked.stream is True

    def feed(self, chunk: bytes, now: float) -> None:
        """Read the next piece of the body, still content-encoded."""
        if chunk and self._first_byte is None:
            self._first_byte = now
        self.received += len(chunk)
        self._documents_left = _DOCUMENTS_AT_ONCE
        start, pieces = 0, _PIECES_AT_ONCE if self._is_plain else 0
        while start < len(chunk) and not self._stopped:
            if self._is_plain and self._known.are_any and self._documents.is_between:
                start, number, size = self._known.skim(chunk, start)
                self._output.add(number, size, now)
            # A read has many documents, and ends within one. Cut as they end, those after it can be known by then.
            mark = self._documents.mark
            end = chunk.find(mark, start) if mark and pieces else -1
            piece = chunk[start:] if end < 0 else chunk[start : end + len(mark)]
            start += len(piece)
            pieces -= pieces > 0
            if piece:
                self._take(partial(self._documents_in, piece), now)

    def feed_document(self, document: Document, size: int, now: float) -> None:
        """Read a document that arrived by itself, in `size` bytes."""
        self._first_byte = now if self._first_byte is None else self._first_byte
        self.received += size
        if not self._stopped:
            self._take(lambda: iter((document,)), now)

    def close(self, now: float, outcome: str | None = None) -> Reading:
        """Return the Reading. `outcome` states how the exchange was cut short; None if it ended by itself."""
        if not self._stopped and (outcome is None or not self._documents.is_stream):
            self._take(self._documents.close, now)
            is_damaged = bool(self._documents.unreadable) and not self._documents.is_stream
            self._unreadable = self._unreadable or (is_damaged and outcome is None)
        billed, reply = self._billed_usage(), self._reply
        reported = {name: getattr(reply, name) for name in _AS_REPORTED}
        reported["error_param"] = reply.error_param or self._error_param
        return Reading(
            **called(self._call),
            **reported,
            **self._timing(now),
            **billed._asdict(),
            outcome=self._outcome(outcome),
            provider_request_id=request_id(self._response),
            model_returned=reply.model,
            streamed=self._documents.is_stream,
            status=self._response.status,
            raw_usage=clean.figures(reply.usage) if reply.usage else None,
            meter_failed=self.failure is not None,
            is_unreadable=self._unreadable,
            is_pending=reply.is_pending,
            response_bytes=self.received,
            **self._events.payer_of(self._call, self._response, reply, self._cost.stated)._asdict(),
            ratelimit=self._limits(),
            cost_header=number_in(self._response.header("x-litellm-response-cost")),
            stated_cost=self._cost.stated,
            is_cost_believed=self._cost.is_believed_of(self._billed_by),
            sizes=msgspec.structs.replace(
                self._call.asked.sizes, answer_bytes=self._output.bytes, answer_kinds=tuple(sorted(self._output.kinds))
            ),
        )

    def _timing(self, now: float) -> dict[str, Any]:
        return {
            "duration_ms": milliseconds(now),
            "ttfb_ms": milliseconds(self._first_byte),
            "ttft_ms": milliseconds(self._output.first),
            "output_chunks": self._output.chunks if self._documents.is_stream else None,
        }

    @property
    def _stopped(self) -> bool:
        return self._unreadable or self.failure is not None

    def _documents_in(self, chunk: bytes) -> Iterator[Document]:
        if self._content is None:
            self._content = content_decoder(self._response.header("content-encoding"))
        room = _BYTES_AT_ONCE + _BYTES_PER_BYTE * len(chunk)
        for piece in self._content.feed(chunk):
            room -= len(piece)
            self._check_limit(room)
            for document in self._documents.feed(piece):
                self._documents_left -= 1
                self._check_limit(self._documents_left)
                yield document

    def _check_limit(self, room: int) -> None:
        if room < 0:
            raise WireError("one read contains too much: other calls would wait too long")

    def _take(self, read: Callable[[], Iterator[Document]], now: float) -> None:
        dialect = self._call.dialect
        try:
            for document in read():
                if type(document.data) is Skimmed:
                    self._output.skim(document.data, now)
                    self._known.complete(self._documents.form)
                    continue
                if not self._is_begun:
                    dialect = self._begin(document)
                self._output.see(document, dialect, now, is_stream=self._documents.is_stream)
                self._cost.see(document.data)
                self._events.see(document)
                self._fold(dialect, document)
                if self._error_param is None and (self._reply.is_error or self._response.status >= 400):
                    self._error_param = parameter_in(document.data, names_in(self._call.request))
        except WireError:
            self._unreadable = True
        except Exception as error:  # noqa: BLE001 - our own fault must not affect the traffic
            self.failure = error

    def _begin(self, document: Document) -> Dialect:
        """Read the answer by what it is, whatever API its path belongs to."""
        self._is_begun = True
        if self._response.status < 400:
            dialect = dialect_of_answer(self._call.dialect, document)
            if dialect is not self._call.dialect:
                self._call = replace(self._call, dialect=dialect)
        if self._call.provider is NOBODY:
            self._call = replace(self._call, provider=named_by_document(document.data) or NOBODY)
        return self._call.dialect

    def _fold(self, dialect: Dialect, document: Document) -> None:
        before, self._reply = self._reply, dialect.fold(self._reply, document)
        if self._reply != before:
            self._known.forget()
        elif self._documents.is_stream and not before.is_error and self._response.status < 400:
            self._known.learn(self._effect, self._documents.form)

    def _effect(self, document: Document) -> Effect:
        """Return what reading `document` would do now."""
        dialect, data = self._call.dialect, document.data
        is_read = self._cost.reads(data) or self._events.reads(document)
        changes = is_read or dialect.fold(self._reply, document) != self._reply
        return Effect(changes, dialect.has_content(document), content_bytes(data))

    def _billed_usage(self) -> BilledUsage:
        try:
            return bill(self._call, self._response, self._reply)
        except Exception as error:  # noqa: BLE001 - as in _take
            self.failure = error
            return BilledUsage()

    def _outcome(self, cut: str | None) -> str:
        end = End(self._response.status, self._documents.is_stream, self.is_complete, self._stopped)
        return outcome_of(self._reply, end, cut)

    def _limits(self) -> dict[str, int] | None:
        return {**limits(self._response), **self._events.windows} or None


def unanswered(call: Call, now: float, outcome: str) -> Reading:
    """Return the Reading of a call that got no response headers."""
    blank = Meter(call, Response(0)).close(now, outcome)
    return msgspec.structs.replace(blank, status=None, streamed=None, response_bytes=None)
