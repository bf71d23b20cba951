"""The mitmproxy addon: hooks to Meter to spool, never raising into traffic.

https://docs.mitmproxy.org/stable/api/events.html
"""

import asyncio
import functools
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import uuid_utils
from mitmproxy import ctx, http, tcp, tls, udp
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.mode_specs import ReverseMode

from .. import reading as readings
from ..dialects import dialect_of
from ..providers import UNKNOWN, provider_of
from ..reading import Reading
from ..settings import Settings
from ..spool.writer import SpoolWriter
from ..telemetry import Pulse, PulseSender
from .exchange import Exchange, destination, request_of
from .intercept import decrypts
from .outcome import outcome_of
from .tap import RequestTap, ResponseTap, content_length

logger = logging.getLogger(__name__)

REQUEST_LIMIT = 16 << 20
RESPONSE_LIMIT = 1 << 20
PULSE_SECONDS = 1.0


def guarded(hook: Callable[..., None]) -> Callable[..., None]:
    """Keep a fault of ours out of the traffic: it is counted, and the flow goes on unmetered."""

    @functools.wraps(hook)
    def safe(addon: "Sidecar", data: Any) -> None:
        try:
            hook(addon, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user's call goes first
            addon.give_up(data, error)

    return safe


class Sidecar:
    """Meters the LLM calls that pass, and appends a Reading of each to the spool."""

    def __init__(self, settings: Settings, spool: SpoolWriter, pulses: PulseSender) -> None:
        self._settings = settings
        self._spool = spool
        self._pulses = pulses
        self._open: dict[str, Exchange] = {}
        self._failures: Counter[str] = Counter()
        self._untrusting = 0
        self._beat: asyncio.Task[None] | None = None

    def running(self) -> None:
        self._beat = asyncio.create_task(self._report())

    @guarded
    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        if isinstance(data.context.client.proxy_mode, ReverseMode):
            return
        address = data.context.server.address
        name = data.client_hello.sni or (address[0] if address else None)
        data.ignore_connection = not decrypts(self._settings.intercept, name, address[1] if address else None)

    @guarded
    def tls_failed_client(self, _data: tls.TlsData) -> None:
        self._untrusting += 1

    @guarded
    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        host, port = destination(flow)
        if flow.error is None and flow.response is not None and flow.response.status_code != 502:
            return
        if not decrypts(self._settings.intercept, host, port):
            return
        provider = provider_of(host, port)
        self._append(
            Reading(
                id=_new_id(),
                started_at=time.time_ns(),
                provider=provider.name if provider else UNKNOWN,
                host=host,
                outcome=readings.NETWORK_ERROR,
            )
        )

    @guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        flow.request.stream = True
        dialect = dialect_of(request_of(flow))
        if dialect is None:
            return
        exchange = Exchange(flow, dialect, call_id=_new_id(), tags=self._settings.attribution.tags)
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
        self._spool.close()
        self._pulses.send(self._pulse(is_leaving=True))
        self._pulses.close()

    def give_up(self, data: object, error: Exception) -> None:
        """Meter a flow no more, through a fault of ours."""
        self._open.pop(getattr(data, "id", ""), None)
        self._fault("proxy", error)

    def _fault(self, dialect: str, error: Exception) -> None:
        """Count a fault of ours; its text may quote the traffic, so only its kind and place are logged."""
        self._failures[dialect] += 1
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
        logger.error("a call could not be read, it passes unread: %s at %s", type(error).__name__, where)

    def _finish(self, flow: http.HTTPFlow, outcome: str | None = None) -> None:
        exchange = self._open.pop(flow.id, None)
        if exchange is not None:
            self._write(exchange, outcome)

    def _write(self, exchange: Exchange, outcome: str | None) -> None:
        reading = exchange.close(outcome)
        if reading is None:
            return
        if exchange.meter and exchange.meter.failure:
            self._fault(exchange.dialect.name, exchange.meter.failure)
        self._append(reading)

    def _append(self, reading: Reading) -> None:
        self._spool.append(readings.encode(reading))

    async def _report(self) -> None:
        while True:
            self._spool.flush()
            self._pulses.send(self._pulse())
            await asyncio.sleep(PULSE_SECONDS)

    def _pulse(self, *, is_leaving: bool = False) -> Pulse:
        return Pulse(
            self._spool.name,
            inflight=len(self._open),
            dropped=self._spool.dropped,
            kept=self._spool.kept,
            untrusting=self._untrusting,
            meter_failures=dict(self._failures),
            is_leaving=is_leaving,
        )


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


def _new_id() -> str:
    return str(uuid_utils.uuid7())
