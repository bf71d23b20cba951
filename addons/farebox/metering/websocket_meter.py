"""Meter one websocket: messages in, one Reading out for each response."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ..dialects._base import SessionState, SocketExchange, mapping
from ..records import reading as readings
from ..records.exchange import Response
from ..records.params import params_of
from ..records.reading import Reading
from ..records.usage import with_units
from ..wire.documents import Document
from ..wire.websocket import Messages, document
from .call import Call
from .meter import Meter

# No client keeps so many responses waiting; beyond this, each new one ends the oldest.
_MOST_RESPONSES = 1000
# The members by which a client sets the parameters of all later responses.
_STANDING = ("session", "setup")


@dataclass(frozen=True, slots=True)
class _Response:
    meter: Meter
    began: float = 0.0
    is_side_task: bool = False


class WebSocketMeter:
    """Reads one websocket; `now` is in seconds since it was opened, `new_id` returns an id for each response.

    Messages that belong to no response go to the meter of the session itself. Its Reading is returned if the session
    states a usage of its own, or ends without any response, because a session is at least one call.
    """

    def __init__(self, call: Call, response: Response, new_id: Callable[[], str]) -> None:
        assert call.dialect.socket
        self._socket = call.dialect.socket
        self._call = call
        self._response = response
        self._new_id = new_id
        self._state = SessionState(call.asked)
        self._params: dict[str, Any] = {}
        self._of_session = _Response(Meter(call, response, Messages()))
        self._in_progress: dict[str, deque[_Response]] = {}
        self._sent = 0
        # What the client's messages since the last response cost by the piece.
        self._units: Counter[str] = Counter()
        self._had_response = False
        self._had_session = False
        self.failure: Exception | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a response is in progress."""
        return bool(self._in_progress)

    def to_server(self, content: bytes, now: float) -> Iterator[Reading]:
        """Read a message of the client; yield the Reading of each response that ends with it."""
        self._sent += len(content)
        message = document(content)
        if message is None:
            return
        self._state = self._socket.agree(self._state, message)
        self._units.update(self._socket.messages(message))
        body = mapping(message.data)
        for name in _STANDING:
            self._params |= params_of(mapping(body.get(name))) or {}
        exchange = self._socket.ask(self._state, message)
        if exchange is not None and (self._socket.waits or not self.is_busy):
            yield from self._begin(exchange, now, params_of(mapping(body.get("response")) or body))

    def to_client(self, content: bytes, now: float) -> Iterator[Reading]:
        """Read a message of the server; yield the Reading of each response that ends with it."""
        message = document(content)
        if message is None:
            return
        self._state = self._socket.agree(self._state, message)
        exchange = self._socket.answer(self._state, message)
        if exchange is None or not (self._is_in_progress(exchange) or exchange.begins):
            yield from self._feed_session(message, len(content), now)
            return
        if not self._is_in_progress(exchange):
            yield from self._begin(exchange, now)
        response = self._in_progress[exchange.name][0]
        response.meter.feed_document(message, len(content), now - response.began)
        if response.meter.is_complete or response.meter.has_failed:
            yield self._end(exchange.name, now)

    def close(self, now: float, outcome: str, *, is_closed: bool = False) -> Iterator[Reading]:
        """Yield the Readings of responses that `outcome` cut short; a properly closed session is not cut itself."""
        for name, waiting in list(self._in_progress.items()):
            for _ in range(len(waiting)):
                yield self._end(name, now, outcome)
        if self._owes_session:
            yield self._read(self._of_session, now, readings.OK if is_closed else outcome)

    def _is_in_progress(self, exchange: SocketExchange) -> bool:
        """Return whether its response is in progress; a new name is given to the response that was requested first."""
        asked = self._in_progress.get("")
        if exchange.begins and exchange.name not in self._in_progress and asked and exchange.dialect is None:
            self._in_progress[exchange.name] = deque([asked.popleft()])
            if not asked:
                del self._in_progress[""]
        return exchange.name in self._in_progress

    def _begin(
        self, exchange: SocketExchange, now: float, params: Mapping[str, Any] | None = None
    ) -> Iterator[Reading]:
        """Begin a response with `params` and those of the session; end the oldest if there are too many."""
        if sum(map(len, self._in_progress.values())) >= _MOST_RESPONSES:
            yield self._end(next(iter(self._in_progress)), now, readings.PROVIDER_CUT)
        standing = {**self._params, **(params or {})} or None
        asked = exchange.asked or msgspec.structs.replace(self._state.asked, params=standing)
        call = replace(
            self._call,
            id=self._new_id(),
            started_at=self._call.started_at + round(now * 1e9),
            dialect=exchange.dialect or self._call.dialect,
            asked=asked,
        )
        response = _Response(Meter(call, self._response, Messages()), now, exchange.dialect is not None)
        self._in_progress.setdefault(exchange.name, deque()).append(response)

    def _end(self, name: str, now: float, outcome: str | None = None) -> Reading:
        waiting = self._in_progress[name]
        response = waiting.popleft()
        if not waiting:
            del self._in_progress[name]
        return self._read(response, now, outcome)

    @property
    def _owes_session(self) -> bool:
        """Whether the session itself is a row: it is billed, or there is no other one."""
        is_billed = self._socket.bills_session and self._of_session.meter.has_usage
        return not self._had_session and (is_billed or not self._had_response)

    def _feed_session(self, message: Document, size: int, now: float) -> Iterator[Reading]:
        self._of_session.meter.feed_document(message, size, now)
        if self._of_session.meter.is_complete and self._owes_session:
            self._had_session = True
            yield self._read(self._of_session, now)

    def _read(self, response: _Response, now: float, outcome: str | None = None) -> Reading:
        """Return the Reading of a response. Only those of the session's own dialect have the client's bytes."""
        self._had_response = True
        reading = response.meter.close(now - response.began, outcome)
        self.failure = response.meter.failure or self.failure
        if response.is_side_task:
            return msgspec.structs.replace(reading, request_bytes=None)
        sent, self._sent = self._sent, 0
        return msgspec.structs.replace(
            reading,
            request_bytes=sent,
            model_requested=reading.model_requested or self._state.asked.model,
            model_returned=reading.model_returned or self._state.served,
            usage=with_units(reading.usage, self._messages(reading)),
        )

    def _messages(self, reading: Reading) -> Mapping[str, int]:
        """Return the units of the client's messages that the response bills; others wait for the next one."""
        if not self._socket.bills(reading.raw_usage or {}):
            return {}
        units, self._units = self._units, Counter()
        return units
