"""The mitmproxy add-on: from hooks through the meter to the spool, never raising into traffic.

https://docs.mitmproxy.org/stable/api/events.html
"""

import asyncio
import time
from collections.abc import Awaitable
from functools import partial

from mitmproxy import connection, ctx, http

from ..config.settings import Settings
from ..dialects import dialect_of
from ..providers.table import provider_of
from ..records import reading as readings
from .access import is_inside_error, is_refused
from .budget_limits import BudgetLimits
from .capture import capture_of
from .client_diagnostics import DiagnosticsCollector
from .decompression import Decompressor
from .draining import drain
from .exchange import Exchange
from .fail_open import guarded
from .header_fields import value_of
from .held_answers import Held
from .memory_budget import REQUEST_LIMIT, MemoryBudget
from .outcome import outcome_of
from .own_headers import OwnHeaders
from .patches.own_listener import is_own_address_error
from .read_ahead import ReadAhead
from .request_head import destination, is_grpc, request_of
from .router import Router
from .stream_usage import StreamUsage
from .tap import RESPONSE_LIMIT, RequestTap, ResponseTap, content_length, is_small_and_plain
from .usage_tap import UsageTap
from .websockets import WebSockets, opens_socket
from .worker_output import WorkerOutput, new_id

HEARTBEAT_SECONDS = 1.0
ABANDONED_SECONDS = 5.0


class Sidecar:
    """Meters LLM calls, and appends a Reading of each to the spool."""

    def __init__(
        self, settings: Settings, output: WorkerOutput, diagnostics: DiagnosticsCollector, hmac_key: bytes
    ) -> None:
        self._hmac_key = hmac_key
        self._settings = settings
        self._table = settings.table
        self._capture = capture_of(settings, hmac_key, partial(output.fault, "attribution"))
        self._own_headers = OwnHeaders(settings)
        self._output = output
        self._diagnostics = diagnostics
        self._router = Router(settings)
        self._usage = StreamUsage(settings, output.refused)
        self._limits = BudgetLimits(settings)
        self._following: asyncio.Task[None] | None = None
        self._sockets = WebSockets(output)
        self._open: dict[str, Exchange] = {}
        self._beat: asyncio.Task[None] | None = None
        self._memory = MemoryBudget()
        self.decompressor = Decompressor(self._open.get, is_needed_early=self._limits.is_on)
        self.read_ahead = ReadAhead(self._open.get)
        self._is_hurried = False

    def running(self) -> None:
        self._beat = asyncio.create_task(self._report())
        self._following = asyncio.create_task(self._limits.follow())

    @guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if is_refused(flow) or self._usage.is_own(flow) or self._router.answers(flow):
            return
        began = time.perf_counter()
        flow.request.stream = True
        request = request_of(flow)
        dialect = dialect_of(request)
        if dialect is None:
            if provider_of(request.host, request.port, self._table) is not None:
                self._own_headers.remove(flow)
            self._diagnostics.unread(destination(flow)[0], "gRPC" if is_grpc(request) else "")
            return
        had_own = self._own_headers.remove(flow)
        exchange = Exchange(
            flow, dialect, self._table, call_id=new_id(), capture=self._capture, hmac_key=self._hmac_key, head=request
        )
        exchange.add_overhead(time.perf_counter() - began)
        exchange.client_headers = request.headers if had_own else None
        self._open[flow.id] = exchange
        length = content_length(flow.request)
        is_small = length is not None and length <= REQUEST_LIMIT and self._memory.hold(flow.id, length)
        # A body that is passed on as it arrives can't be waited for before it is sent.
        is_held = is_small or self._limits.refuse(flow, exchange)
        tools = (partial(self.give_up, flow), partial(self._memory.grow, flow.id))
        flow.request.stream = not is_held and RequestTap(exchange, *tools)

    @guarded
    def request(self, flow: http.HTTPFlow) -> None:
        exchange = self._open.get(flow.id)
        if exchange is not None and not exchange.is_blocked:
            with exchange.own_time():
                if flow.request.stream or not self._limits.refuse(flow, exchange):
                    self._usage.ask(flow, exchange)

    @guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        assert flow.response
        if self._usage.is_own(flow):
            return
        flow.response.stream = True
        exchange = self._open.get(flow.id)
        if exchange is None:
            return
        self._diagnostics.dated(value_of(flow.response.headers, b"date"), time.time())
        with exchange.own_time():
            meter = exchange.answer(flow.response)
        is_small = is_small_and_plain(flow.response, asks_stream=meter.asks_stream)
        if is_small and self._memory.hold(flow.id, content_length(flow.response) or 0):
            flow.response.stream = False
            return
        tap = partial(self._tap, flow, exchange)
        if self._usage.may_be_refused(exchange, flow.response):
            flow.response.stream = Held(RESPONSE_LIMIT, tap, partial(self.give_up, flow))  # type: ignore[assignment]
            return
        flow.response.stream = tap()

    def response(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange = self._open.get(flow.id)
        if exchange is not None and self._usage.may_resolve(exchange):
            return self._resolved(flow, exchange)
        self._answered(flow)
        return None

    async def _resolved(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        await self._usage.resolve_refusal(flow, exchange, partial(self._output.fault, "proxy"))
        self._answered(flow)

    @guarded
    def _answered(self, flow: http.HTTPFlow) -> None:
        exchange = self._open.get(flow.id)
        if exchange is None or opens_socket(flow, exchange):
            return
        if exchange.meter and not exchange.is_tapped:
            with exchange.own_time():
                exchange.meter.feed((flow.response and flow.response.raw_content) or b"", exchange.now)
        self._finish(flow)

    @guarded
    def error(self, flow: http.HTTPFlow) -> None:
        if flow.error and (is_own_address_error(flow.error.msg) or is_inside_error(flow.error.msg)):
            self._pop(flow.id)  # No server was asked: this is no call.
        else:
            self._finish(flow, outcome_of(flow))

    @guarded
    def websocket_start(self, flow: http.HTTPFlow) -> None:
        if exchange := self._pop(flow.id):
            self._sockets.start(flow, exchange)

    @guarded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        assert flow.websocket
        try:
            self._sockets.message(flow)
        finally:
            flow.websocket.messages.clear()

    @guarded
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self._sockets.end(flow)

    @guarded
    def client_disconnected(self, client: connection.Client) -> None:
        # Hooks of its calls may still run.
        asyncio.get_running_loop().call_later(ABANDONED_SECONDS, self._abandon, client)

    async def done(self) -> None:
        """Stop listening, wait for calls until the timeout, then append Readings of those that are cut."""
        proxy = ctx.master.addons.get("proxyserver")
        await drain(proxy, lambda: not self._inflight, lambda: self._is_hurried, self._settings.shutdown_timeout)
        for exchange in list(self._open.values()):
            self._write(exchange, readings.SIDECAR_STOP)
        self._open.clear()
        self._sockets.stop()
        for task in (self._beat, self._following):
            if task:
                task.cancel()
        self._output.close(self._diagnostics)

    def hurry(self) -> None:
        """Stop without waiting for calls, or stop waiting for them."""
        self._is_hurried = True
        ctx.master.shutdown()

    def give_up(self, data: object, error: Exception) -> None:
        """Stop metering a flow, after a fault of ours."""
        flow_id = getattr(data, "id", "")
        self._pop(flow_id)
        self._sockets.drop(flow_id)
        self._output.fault("proxy", error)

    def _tap(self, flow: http.HTTPFlow, exchange: Exchange) -> ResponseTap | UsageTap:
        """Return the tap of an answer that is streamed."""
        assert flow.response
        exchange.is_tapped = True
        # The flow stays open until its message ends: a stop in between must not cut the client off.
        tap = ResponseTap(exchange, flow.response, partial(self._write, exchange, None), partial(self.give_up, flow))
        return self._usage.tap(flow, exchange, tap, partial(self._output.fault, "proxy"))

    @guarded
    def _abandon(self, client: connection.Client) -> None:
        """End the calls of a client that is gone: after a crash inside mitmproxy, no other hook does."""
        for exchange in [one for one in self._open.values() if one.client is client]:
            self._finish(exchange.flow, outcome_of(exchange.flow))
        self._sockets.abandon(client)

    @property
    def _inflight(self) -> int:
        return len(self._open) + self._sockets.busy

    def _pop(self, flow_id: str) -> Exchange | None:
        self._memory.release(flow_id)
        self.decompressor.release(flow_id)
        if exchange := self._open.pop(flow_id, None):
            exchange.leave_machine()
        return exchange

    def _finish(self, flow: http.HTTPFlow, outcome: str | None = None) -> None:
        if exchange := self._pop(flow.id):
            self._write(exchange, outcome)

    def _write(self, exchange: Exchange, outcome: str | None) -> None:
        reading = exchange.close(outcome)
        if reading is None:
            return
        if exchange.meter and exchange.meter.failure:
            self._output.fault(exchange.dialect.name, exchange.meter.failure)
        self._output.append(reading)

    async def _report(self) -> None:
        while True:
            self._output.beat(self._inflight, self._diagnostics, unchecked=self._limits.unchecked)
            await asyncio.sleep(HEARTBEAT_SECONDS)
