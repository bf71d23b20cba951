"""An HTTP/2 client that sees frames: it can reset a stream and read trailers, which SDKs' clients do not."""

import json
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, ResponseReceived, StreamEnded, StreamReset, TrailersReceived

SECONDS = 15


@dataclass
class Answer:
    """What has arrived on a stream."""

    data: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    is_ended: bool = False
    reset: int | None = None

    @property
    def is_over(self) -> bool:
        return self.is_ended or self.reset is not None


class H2Client:
    """One connection through the proxy to a host."""

    def __init__(self, proxy_port: int, ca: str, host: str = "api.openai.com") -> None:
        self._host = host
        tunnel = socket.create_connection(("127.0.0.1", proxy_port), timeout=SECONDS)
        tunnel.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nhost: {host}:443\r\n\r\n".encode())
        assert b" 200 " in tunnel.recv(1 << 16)
        context = ssl.create_default_context(cafile=ca)
        context.set_alpn_protocols(["h2"])
        self._connection = context.wrap_socket(tunnel, server_hostname=host)
        self.protocol = self._connection.selected_alpn_protocol()
        self._h2 = H2Connection(H2Configuration(header_encoding="utf-8"))
        self._h2.initiate_connection()
        self._flush()
        self._answers: dict[int, Answer] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def post(self, path: str, body: Any) -> int:
        """Send a request, and return its stream."""
        stream = self._h2.get_next_available_stream_id()
        self._answers[stream] = Answer()
        pseudo = [(":method", "POST"), (":scheme", "https"), (":authority", self._host), (":path", path)]
        self._h2.send_headers(stream, [*pseudo, ("content-type", "application/json")])
        self._h2.send_data(stream, json.dumps(body).encode(), end_stream=True)
        self._flush()
        return stream

    def wait(self, stream: int, is_there: Callable[[Answer], bool]) -> Answer:
        """Receive until the stream's answer is as wanted, and return it."""
        answer = self._answers[stream]
        give_up = time.monotonic() + SECONDS
        while not is_there(answer):
            assert time.monotonic() < give_up, f"still waiting: {answer}"
            data = self._connection.recv(1 << 16)
            assert data, f"the proxy closed the connection: {answer}"
            for event in self._h2.receive_data(data):
                self._take(event)
            self._flush()
        return answer

    def reset(self, stream: int, code: ErrorCodes) -> None:
        self._h2.reset_stream(stream, code)
        self._flush()

    def _take(self, event: Event) -> None:
        if isinstance(event, ResponseReceived):
            self._answers[event.stream_id].headers = _texts(event.headers)
        elif isinstance(event, DataReceived):
            self._answers[event.stream_id].data += event.data
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, TrailersReceived):
            self._answers[event.stream_id].trailers = _texts(event.headers)
        elif isinstance(event, StreamEnded):
            self._answers[event.stream_id].is_ended = True
        elif isinstance(event, StreamReset):
            self._answers[event.stream_id].reset = event.error_code

    def _flush(self) -> None:
        self._connection.sendall(self._h2.data_to_send())


def _texts(headers: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in headers}
