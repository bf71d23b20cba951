"""The mitmproxy addon: hooks to Meter to spool, never raising into traffic.

https://docs.mitmproxy.org/stable/api/events.html
"""

import asyncio
import functools
import time

from mitmproxy import ctx, http, tcp, udp
from mitmproxy.addons.proxyserver import Proxyserver

from .. import reading as readings
from ..dialects import dialect_of
from ..settings import Settings
from .exchange import Exchange, destination, request_of
from .guard import guarded
from .outcome import outcome_of
from .outlet import Outlet, new_id
from .sights import Watch
from .tap import RequestTap, ResponseTap, content_length

REQUEST_LIMIT = 16 << 20
RESPONSE_LIMIT = 1 << 20
PULSE_SECONDS = 1.0


class Sidecar:
    """Meters the LLM calls that pass, and appends a Reading of each to the spool."""

    def __init__(self, settings: Settings, outlet: Outlet, watch: Watch) -> None:
        self._settings = settings
        self._outlet = outlet
        self._watch = watch
        self._open: dict[str, Exchange] = {}
        self._beat: asyncio.Task[None] | None = None

    def running(self) -> None:
        self._beat = asyncio.create_task(self._report())

    @guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        flow.request.stream = True
        dialect = dialect_of(request_of(flow))
        if dialect is None:
            self._watch.unread(destination(flow)[0])
            return
        exchange = Exchange(flow, dialect, call_id=new_id(), tags=self._settings.attribution.tags)
        self._open[flow.id] = exchange
        length = content_length(flow.request)
        is_small = length is not None and length <= REQUEST_LIMIT
        flow.request.stream = False if is_small else RequestTap(exchange, functools.partial(self.give_up, flow))

    @guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        assert flow.response
        flow.response.stream = True
        exchange = self._open.get(flow.id)
        if exchange is None:
            return
        self._watch.dated(flow.response.headers.get("date"), time.time())
        with exchange.own_time():
            meter = exchange.answer(flow.response)
        if _is_small_and_plain(flow.response, asks_stream=meter.asks_stream):
            flow.response.stream = False
            return
        exchange.is_tapped = True
        # The flow stays open until its message ends: a stop between the two must not cut the client off.
        finish = functools.partial(self._write, exchange, None)
        flow.response.stream = ResponseTap(exchange, flow.response, finish, functools.partial(self.give_up, flow))

    @guarded
    def response(self, flow: http.HTTPFlow) -> None:
        exchange = self._open.get(flow.id)
        if exchange is None:
            return
        if exchange.meter and not exchange.is_tapped:
            with exchange.own_time():
                exchange.meter.feed((flow.response and flow.response.raw_content) or b"", exchange.now)
        self._finish(flow)

    @guarded
    def error(self, flow: http.HTTPFlow) -> None:
        self._finish(flow, outcome_of(flow))

    @guarded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket:
            flow.websocket.messages.clear()

    @guarded
    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        flow.messages.clear()

    @guarded
    def udp_message(self, flow: udp.UDPFlow) -> None:
        flow.messages.clear()

    async def done(self) -> None:
        """Stop listening, let calls end until the deadline, then write down those that we cut."""
        proxy = ctx.master.addons.get("proxyserver")
        for server in proxy.servers:
            await server.stop()
        give_up = time.monotonic() + self._settings.stop.deadline
        while (self._open or not _is_sent(proxy)) and time.monotonic() < give_up:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        for exchange in list(self._open.values()):
            self._write(exchange, readings.SIDECAR_STOP)
        self._open.clear()
        if self._beat:
            self._beat.cancel()
        self._outlet.close(self._watch)

    def give_up(self, data: object, error: Exception) -> None:
        """Meter a flow no more, through a fault of ours."""
        self._open.pop(getattr(data, "id", ""), None)
        self._outlet.fault("proxy", error)

    def _finish(self, flow: http.HTTPFlow, outcome: str | None = None) -> None:
        exchange = self._open.pop(flow.id, None)
        if exchange is not None:
            self._write(exchange, outcome)

    def _write(self, exchange: Exchange, outcome: str | None) -> None:
        reading = exchange.close(outcome)
        if reading is None:
            return
        if exchange.meter and exchange.meter.failure:
            self._outlet.fault(exchange.dialect.name, exchange.meter.failure)
        self._outlet.append(reading)

    async def _report(self) -> None:
        while True:
            self._outlet.beat(len(self._open), self._watch)
            await asyncio.sleep(PULSE_SECONDS)


def _is_sent(proxy: Proxyserver) -> bool:
    """Tell whether mitmproxy has written all that it holds to the network."""
    writers = (transport.writer for one in proxy.connections.values() for transport in one.transports.values())
    streams = (writer for writer in writers if isinstance(writer, asyncio.StreamWriter))
    return not any(stream.transport.get_write_buffer_size() for stream in streams)


def _is_small_and_plain(response: http.Response, *, asks_stream: bool) -> bool:
    """Tell whether an answer is best left whole to mitmproxy: it then waits for the `response` hook."""
    length = content_length(response)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if length is None or length > RESPONSE_LIMIT or kind == "text/event-stream":
        return False
    return not asks_stream or kind == "application/json"
