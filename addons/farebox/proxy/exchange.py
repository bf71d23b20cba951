"""One claimed exchange: turns mitmproxy's flow into a Reading, exactly once."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import is_not
from typing import Any

import msgspec
from mitmproxy import connection, http

from ..budgets.scopes import COLUMNS
from ..dialects._base import Asked, Dialect
from ..metering.call import AT_ONCE, Call, reading
from ..metering.meter import Meter, unanswered
from ..metering.websocket_meter import WebSocketMeter
from ..providers.table import Provider, Table
from ..purpose.shape import shape_of
from ..records.columns import LIST_MODELS
from ..records.exchange import Request, Response
from ..records.header_value import header_value
from ..records.pieces import Pieces, whole
from ..records.reading import BLOCKED, Reading
from .attempt import attempt_of
from .capture import CaptureOptions
from .decoded import Decoded, decoded
from .header_fields import pairs_of, value_of
from .identity import provider_at
from .machine_shares import Share, with_share
from .own_time import OwnTime
from .request_head import destination, mark_of, request_of
from .upload import Upload
from .worker_output import new_id

# A request, what it asks for, whose call it is, and why it was made.
_Told = tuple[Request, Asked, Mapping[str, Any]]
FREE_OPERATIONS = frozenset({"count_tokens", LIST_MODELS})


class Exchange:
    """Meters one flow. The request's body is read when the answer begins, so that it delays nothing.

    `client_body` is the client's own body if another one was sent, `client_headers` are the client's own headers if
    some were removed; `head` is the request without its body, as it was read before.
    """

    def __init__(
        self,
        flow: http.HTTPFlow,
        dialect: Dialect,
        table: Table,
        *,
        call_id: str,
        capture: CaptureOptions,
        hmac_key: bytes,
        head: Request | None = None,
    ) -> None:
        self.dialect = dialect
        self.provider: Provider = provider_at(flow, *destination(flow), table)
        self._table = table
        self.meter: Meter | None = None
        self.reading: Reading | None = None
        self.is_tapped = False
        self.is_blocked = False
        self.client_body: bytes | None = None
        self.client_headers: tuple[tuple[str, str], ...] | None = None
        # Decompresses `sent_start` beside the traffic; without, it is done when the body is read.
        self.decoding: asyncio.Task[Decoded] | None = None
        # Reads a larger request beside the traffic; without, it is read when the answer begins.
        self.read_ahead: asyncio.Task[None] | None = None
        self.flow = flow
        self._id = call_id
        self._capture = capture
        self._hmac_key = hmac_key
        self._attempt: dict[str, Any] = {}
        # What the request says, and the mark of the request that says so.
        self._told: tuple[tuple[object, ...], _Told] | None = None
        self._started_at = time.time_ns()
        self._started = time.monotonic()
        self._overhead = 0.0
        self._known_head = head
        self._head_mark = mark_of(flow.request)
        self._upload: Upload | None = None
        self._stay = capture.machines.begin(destination(flow)) if capture.machines else None

    @property
    def client(self) -> connection.Client:
        """The connection of the client."""
        return self.flow.client_conn

    @property
    def now(self) -> float:
        """Seconds since the request began."""
        return time.monotonic() - self._started

    def own_time(self) -> OwnTime:
        """Count the time of the block as overhead of farebox."""
        return OwnTime(self.add_overhead)

    def add_overhead(self, seconds: float) -> None:
        """Count some of our own time."""
        self._overhead += seconds

    def keep_head(self) -> None:
        """Take the request's head as the client's although it has changed: the change is ours."""
        self._head_mark = mark_of(self.flow.request)

    def upload(self, chunk: bytes, may_keep: Callable[[int], bool] = lambda _size: False) -> None:
        """Take a piece of a request that is not held: keep it whole while it may be, and else its head."""
        self._upload = self._upload or Upload()
        self._upload.add(chunk, may_keep)

    @property
    def sent_start(self) -> bytes:
        """The beginning of the request's body as it was sent, all of it unless it is too large to hold."""
        return bytes(self._upload.start) if self._upload else self.flow.request.raw_content or b""

    def answer(self, response: http.Response) -> Meter:
        """Start to meter the answer whose head is `response`."""
        self.meter = Meter(self._call(), Response(response.status_code, pairs_of(response.headers)))
        return self.meter

    def budget_names(self) -> Mapping[str, str | None] | None:
        """Return the call's name in each scope of budgets; None for a call that no budget refuses.

        That is one which is free, or which fetches what an earlier call has paid for.
        """
        call = self._call()
        if call.asked.completes is not None or self.dialect.operation in FREE_OPERATIONS:
            return None
        known = {**call.facts, "provider": self.provider.name, "model": call.asked.model}
        return {scope: known.get(column) for scope, column in COLUMNS.items() if column}

    def block(self, response: http.Response) -> None:
        """Take `response` for farebox's own answer to a refused call."""
        self.is_blocked = True
        self.answer(response)

    def open_websocket(self, response: http.Response) -> WebSocketMeter:
        """Start to meter the websocket that `response` opens."""
        return WebSocketMeter(self._call(), Response(response.status_code, pairs_of(response.headers)), new_id)

    def take_overhead(self) -> float:
        """Return the overhead since the last call of this method, in seconds."""
        overhead, self._overhead = self._overhead, 0.0
        return overhead

    def close(self, outcome: str | None = None) -> Reading | None:
        """Return the Reading on the first call, and None on later ones."""
        if self.reading is not None:
            return None
        with self.own_time():
            if self.meter is None:
                reading = unanswered(self._call(), self.now, outcome or "")
            else:
                reading = self.meter.close(self.now, outcome)
        if self.is_blocked:
            reading = msgspec.structs.replace(reading, outcome=BLOCKED)
        overhead_us = round(self.take_overhead() * 1e6)
        reading = with_share(reading, self.leave_machine())
        self.reading = msgspec.structs.replace(reading, overhead_us=overhead_us, **self._attempt)
        return self.reading

    def leave_machine(self) -> Share | None:
        """Return the call's share of the time of the machine that served it, if such times have a price."""
        return self._stay.end() if self._stay else None

    @property
    def sent_bytes(self) -> int:
        """The bytes of the request's body that are held."""
        return len(self._upload.start if self._upload else self.flow.request.raw_content or b"")

    def read_request(self) -> Pieces[None]:
        """Read the request in pieces, unless it has been read as it is now."""
        mark = self._sent_mark()
        if self._told is None or self._told[0] != mark:
            self._told = mark, (yield from self._reading())

    def _sent_mark(self) -> tuple[object, ...]:
        """Return what of the request decides what is read of it: the same objects for as long as it is the same."""
        request, is_decoded = self.flow.request, self.decoding is not None and self.decoding.done()
        body = (request.raw_content, self.client_body, self._upload and self._upload.size, is_decoded)
        return *body, self.client_headers, *mark_of(request)

    def _reading(self) -> Pieces[_Told]:
        body: Mapping[str, Any] = {}
        try:
            request = self._request()
            asked, body = yield from reading(request, self.dialect)
        except Exception:  # noqa: BLE001 - an unreadable request is still a call
            request, asked = request_of(self.flow), Asked()
        if request.body_bytes > AT_ONCE:
            yield
        return request, asked, self._facts(request, asked, body)

    def _call(self) -> Call:
        # Most requests are small, and none of them was read before.
        if self._told is not None:
            whole(self.read_request())
        request, asked, facts = whole(self._reading()) if self._told is None else self._told[1]
        # Again, now that the server's certificate is known.
        self.provider = provider_at(self.flow, request.host, request.port, self._table)
        fields = (self._id, self._started_at, request, self.dialect, self.provider, asked)
        return Call(*fields, self._kept_tags(request), self._capture.cost_fields, facts, self._capture.address)

    def _facts(self, request: Request, asked: Asked, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return whose call it is, and why it was made."""
        capture = self._capture
        try:
            caller = capture.attributor.caller(request, body, self._address)
            shape = shape_of(body, stream=asked.stream)
            self._attempt = {} if asked.completes is not None else attempt_of(self._hmac_key, request, caller, shape)
            return caller | capture.classifier.reason(request, self.dialect.operation, shape)
        except Exception as error:  # noqa: BLE001 - the call counts, also if nobody knows whose it is
            self._capture.on_fault(error)
            return {}

    @property
    def _address(self) -> str:
        """The network address of the client."""
        address = self.flow.client_conn.peername
        return str(address[0]) if address else ""

    def _request(self) -> Request:
        request = self._sent()
        return request if self.client_headers is None else replace(request, headers=self.client_headers)

    def _sent(self) -> Request:
        if self._upload is None and self.client_body is not None:
            size = len(self.client_body)
            return self._read_head().with_body(self.client_body, is_whole=True, size=size)
        raw = self.sent_start
        size = self._upload.size if self._upload else len(raw)
        body, is_whole = decoded(raw, value_of(self.flow.request.headers, b"content-encoding"), self.decoding)
        return self._read_head().with_body(body, is_whole=is_whole and len(raw) == size, size=size)

    def _read_head(self) -> Request:
        """Return the request without its body; it is read again only if it has changed."""
        mark = mark_of(self.flow.request)
        if self._known_head is None or any(map(is_not, mark, self._head_mark)):
            self._known_head, self._head_mark = request_of(self.flow), mark
        return self._known_head

    def _kept_tags(self, request: Request) -> dict[str, str] | None:
        values = {name: header_value(request.header(name)) for name in self._capture.tags}
        return {name: value for name, value in values.items() if value} or None
