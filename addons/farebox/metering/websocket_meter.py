"""Meter one websocket: messages in, a Reading out for each response that they make."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ..dialects._base import SessionState, SocketExchange, mapping
from ..records import reading as readings
from ..records.exchange import Response
from ..records.params import params_of
from ..records.reading import Reading
from ..wire.documents import Document
from ..wire.websocket import Messages, document
from .call import Call
from .meter import Meter

# No client keeps so many responses waiting: whoever begins more ends the oldest.
_MOST_RESPONSES = 1000
# Where a client sets what holds for every response from then on.
_STANDING = ("session", "setup")


@dataclass(frozen=True, slots=True)
class _Response:
    meter: Meter
    began: float = 0.0
    is_aside: bool = False


class WebSocketMeter:
    """Reads one websocket; `now` is in seconds since it was opened, `new_id` names what begins.

    What belongs to no response is told to the session's own meter. Its Reading is written where the session ends and
    had no response: a session is a call at least.
    """

    def __init__(self, call: Call, response: Response, new_id: Callable[[], str]) -> None:
        assert call.dialect.socket
        self._socket = call.dialect.socket
        self._call = call
        self._response = response
        self._new_id = new_id
        self._state = SessionState(call.asked)
        self._params: dict[str, Any] = {}
        self._whole = _Response(Meter(call, response, Messages()))
        self._under_way: dict[str, deque[_Response]] = {}
        self._sent = 0
        self._had_response = False
        self.failure: Exception | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether a response is under way."""
        return bool(self._under_way)

    def to_server(self, content: bytes, now: float) -> Iterator[Reading]:
        """Read what the client says."""
        self._sent += len(content)
        said = document(content)
        if said is None:
            return
        self._state = self._socket.agree(self._state, said)
        body = mapping(said.data)
        for name in _STANDING:
            self._params |= params_of(mapping(body.get(name))) or {}
        turn = self._socket.ask(self._state, said)
        if turn is not None and (self._socket.waits or not self.is_busy):
            yield from self._begin(turn, now, params_of(mapping(body.get("response")) or body))

    def to_client(self, content: bytes, now: float) -> Iterator[Reading]:
        """Read what the server says; yield the Reading of what ends with it."""
        said = document(content)
        if said is None:
            return
        self._state = self._socket.agree(self._state, said)
        turn = self._socket.answer(self._state, said)
        if turn is None or not (self._is_under_way(turn) or turn.begins):
            yield from self._tell_session(said, len(content), now)
            return
        if not self._is_under_way(turn):
            yield from self._begin(turn, now)
        response = self._under_way[turn.name][0]
        response.meter.tell(said, len(content), now - response.began)
        if response.meter.is_complete or response.meter.has_failed:
            yield self._end(turn.name, now)

    def close(self, now: float, outcome: str, *, is_closed: bool = False) -> Iterator[Reading]:
        """Yield the Readings of what `outcome` cut short; a session that was closed in order is not cut itself."""
        for name, waiting in list(self._under_way.items()):
            for _ in range(len(waiting)):
                yield self._end(name, now, outcome)
        if not self._had_response:
            yield self._read(self._whole, now, readings.OK if is_closed else outcome)

    def _is_under_way(self, turn: SocketExchange) -> bool:
        """Tell whether its response is; what was asked for first takes the name that an answer begins with."""
        asked = self._under_way.get("")
        if turn.begins and turn.name not in self._under_way and asked and turn.dialect is None:
            self._under_way[turn.name] = deque([asked.popleft()])
            if not asked:
                del self._under_way[""]
        return turn.name in self._under_way

    def _begin(self, turn: SocketExchange, now: float, params: Mapping[str, Any] | None = None) -> Iterator[Reading]:
        """Open a response, asked for with `params` besides the session's; the oldest ends where there are too many."""
        if sum(map(len, self._under_way.values())) >= _MOST_RESPONSES:
            yield self._end(next(iter(self._under_way)), now, readings.PROVIDER_CUT)
        asked = turn.asked or replace(self._state.asked, params={**self._params, **(params or {})} or None)
        call = replace(
            self._call,
            id=self._new_id(),
            started_at=self._call.started_at + round(now * 1e9),
            dialect=turn.dialect or self._call.dialect,
            asked=asked,
        )
        response = _Response(Meter(call, self._response, Messages()), now, turn.dialect is not None)
        self._under_way.setdefault(turn.name, deque()).append(response)

    def _end(self, name: str, now: float, outcome: str | None = None) -> Reading:
        waiting = self._under_way[name]
        response = waiting.popleft()
        if not waiting:
            del self._under_way[name]
        return self._read(response, now, outcome)

    def _tell_session(self, said: Document, size: int, now: float) -> Iterator[Reading]:
        self._whole.meter.tell(said, size, now)
        if self._whole.meter.is_complete and not self._had_response:
            yield self._read(self._whole, now)

    def _read(self, response: _Response, now: float, outcome: str | None = None) -> Reading:
        """Return the Reading of a response. Those of the session's own dialect count what the client sent for them."""
        self._had_response = True
        reading = response.meter.close(now - response.began, outcome)
        self.failure = response.meter.failure or self.failure
        if response.is_aside:
            return msgspec.structs.replace(reading, request_bytes=None)
        sent, self._sent = self._sent, 0
        served = reading.model_returned or self._state.served
        return msgspec.structs.replace(reading, request_bytes=sent, model_returned=served)
