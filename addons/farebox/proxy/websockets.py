"""Websockets that are open: messages to Sessions to spool."""

import msgspec
from mitmproxy import http

from ..metering.websocket_meter import WebSocketMeter
from ..records import reading as readings
from .exchange import Exchange
from .worker_output import WorkerOutput

# RFC 6455, section 7.4: what closes in order; 1006 stands for a connection that broke.
_IN_ORDER = frozenset({1000, 1001, 1005})


class WebSockets:
    """Meters the claimed websockets. mitmproxy passes a message on when the hook has returned, and so after its row."""

    def __init__(self, output: WorkerOutput) -> None:
        self._output = output
        self._open: dict[str, tuple[Exchange, WebSocketMeter]] = {}

    @property
    def busy(self) -> int:
        """How many have a response under way."""
        return sum(session.is_busy for _, session in self._open.values())

    def start(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        assert flow.response
        self._open[flow.id] = exchange, exchange.converse(flow.response)

    def message(self, flow: http.HTTPFlow) -> None:
        assert flow.websocket
        message = flow.websocket.messages[-1]
        exchange, session = self._open.get(flow.id, (None, None))
        if exchange is None or session is None:
            return
        with exchange.own_time():
            read = session.to_server if message.from_client else session.to_client
            ended = list(read(message.content, exchange.now))
        self._write(exchange, session, ended)

    def end(self, flow: http.HTTPFlow) -> None:
        exchange, session = self._open.pop(flow.id, (None, None))
        if exchange is None or session is None or flow.websocket is None:
            return
        outcome = readings.CLIENT_ABORT if flow.websocket.closed_by_client else readings.PROVIDER_CUT
        is_closed = flow.websocket.close_code in _IN_ORDER
        self._write(exchange, session, list(session.close(exchange.now, outcome, is_closed=is_closed)))

    def drop(self, flow_id: str) -> None:
        """Meter a socket no more."""
        self._open.pop(flow_id, None)

    def stop(self) -> None:
        """Write down what the sidecar's own end cuts."""
        for exchange, session in self._open.values():
            self._write(exchange, session, list(session.close(exchange.now, readings.SIDECAR_STOP)))
        self._open.clear()

    def _write(self, exchange: Exchange, session: WebSocketMeter, ended: list[readings.Reading]) -> None:
        for reading in ended:
            if reading.meter_failed and session.failure:
                self._output.fault(exchange.dialect.name, session.failure)
            overhead = round(exchange.take_overhead() * 1e6)
            self._output.append(msgspec.structs.replace(reading, overhead_us=overhead))
