"""Open websockets: from messages to Readings in the spool."""

import msgspec
from mitmproxy import connection, http

from ..metering.websocket_meter import WebSocketMeter
from ..records import reading as readings
from .exchange import Exchange
from .patches.silence import was_silent
from .worker_output import WorkerOutput

# RFC 6455, section 7.4: the codes of a regular end; 1006 stands for a connection that broke.
_REGULAR = frozenset({1000, 1001, 1005})


class WebSockets:
    """Meters the claimed websockets. mitmproxy passes a message on when the hook returns, so after its Reading."""

    def __init__(self, output: WorkerOutput) -> None:
        self._output = output
        self._open: dict[str, tuple[Exchange, WebSocketMeter]] = {}

    @property
    def busy(self) -> int:
        """The number of websockets that have a response under way."""
        return sum(meter.is_busy for _, meter in self._open.values())

    def start(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        assert flow.response
        self._open[flow.id] = exchange, exchange.open_websocket(flow.response)

    def message(self, flow: http.HTTPFlow) -> None:
        assert flow.websocket
        message = flow.websocket.messages[-1]
        exchange, meter = self._open.get(flow.id, (None, None))
        if exchange is None or meter is None:
            return
        with exchange.own_time():
            read = meter.to_server if message.from_client else meter.to_client
            ended = list(read(message.content, exchange.now))
        self._write(exchange, meter, ended)

    def end(self, flow: http.HTTPFlow) -> None:
        exchange, meter = self._open.pop(flow.id, (None, None))
        if exchange is None or meter is None or flow.websocket is None:
            return
        outcome = readings.CLIENT_ABORT if flow.websocket.closed_by_client else readings.PROVIDER_CUT
        if was_silent(flow.client_conn):
            outcome = readings.SIDECAR_STOP
        is_closed = flow.websocket.close_code in _REGULAR
        self._write(exchange, meter, list(meter.close(exchange.now, outcome, is_closed=is_closed)))

    def abandon(self, client: connection.Client) -> None:
        """Append the Readings of a client that is gone, and whose websockets have not ended."""
        for flow_id, (exchange, meter) in list(self._open.items()):
            if exchange.client is client:
                del self._open[flow_id]
                self._write(exchange, meter, list(meter.close(exchange.now, readings.CLIENT_ABORT)))

    def drop(self, flow_id: str) -> None:
        """Stop metering a websocket."""
        self._open.pop(flow_id, None)

    def stop(self) -> None:
        """Append the Readings of responses that the end of the sidecar cuts."""
        for exchange, meter in self._open.values():
            self._write(exchange, meter, list(meter.close(exchange.now, readings.SIDECAR_STOP)))
        self._open.clear()

    def _write(self, exchange: Exchange, meter: WebSocketMeter, ended: list[readings.Reading]) -> None:
        for reading in ended:
            if reading.meter_failed and meter.failure:
                self._output.fault(exchange.dialect.name, meter.failure)
            overhead = round(exchange.take_overhead() * 1e6)
            self._output.append(msgspec.structs.replace(reading, overhead_us=overhead))


def opens_socket(flow: http.HTTPFlow, exchange: Exchange) -> bool:
    """Tell whether the flow becomes a metered websocket; its upgrade is then no call of its own."""
    return flow.websocket is not None and exchange.dialect.socket is not None
