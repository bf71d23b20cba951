"""A local provider that speaks HTTP/2 alone: answers each request with scripted frames."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from hyperframe.frame import GoAwayFrame

from tests.support.answers import chunk, event
from tests.support.upstream import Asked, Pause, Reset, Step, Until, Upstream

Headers = tuple[tuple[str, str], ...]

USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
META = {"id": "chatcmpl-h2", "model": "gpt-4o-2024-08-06"}
EVENTS = [
    chunk({"role": "assistant", "content": "Hello!"}, **META),
    chunk(finish="stop", **META),
    event(**META, choices=[], usage=USAGE),
    b"data: [DONE]\n\n",
]
# What the ledger says of a whole answer.
ROW = {
    "response_id": "chatcmpl-h2",
    "model_returned": "gpt-4o-2024-08-06",
    "status": 200,
    "outcome": "ok",
    "finish_reason": "stop",
    "input_tokens": 100,
    "output_tokens": 10,
    "usage_source": "reported",
    # gpt-4o: 2.50 USD per million tokens of input, 10 of output.
    "cost_nanousd": 100 * 2500 + 10 * 10000,
    "cost_status": "priced",
}


def document(size: int) -> bytes:
    """Return a whole answer of `size` bytes and some more, with its usage at the end."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "x" * size}, "finish_reason": "stop"}
    return json.dumps({**META, "choices": [choice], "usage": USAGE}).encode()


@dataclass(frozen=True)
class Head:
    """HEADERS: the head of an answer."""

    headers: Headers
    status: str = "200"


@dataclass(frozen=True)
class End:
    """DATA that ends the stream."""

    data: bytes = b""


@dataclass(frozen=True)
class Trailers:
    """HEADERS that end the stream."""

    headers: Headers


@dataclass(frozen=True)
class Rst:
    """RST_STREAM."""

    code: ErrorCodes


@dataclass(frozen=True)
class GoAway:
    """GOAWAY as a server sends it before an update: it answers the requests that it has, and takes no others."""


# Bytes are DATA, so b"" is an empty DATA frame.
Frame = Head | bytes | End | Trailers | Rst | GoAway | Pause | Until | Reset


@dataclass
class H2Upstream(Upstream):
    """Serves on `port` with TLS; set its `frames`."""

    answer: Callable[[Asked], list[Step]] = lambda _asked: []
    frames: Callable[[Asked], list[Frame]] = lambda _asked: [Head(()), End()]
    protocols: set[str | None] = field(default_factory=set)

    def __enter__(self) -> Self:
        super().__enter__()
        self._tls.set_alpn_protocols(["h2"])
        return self

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        self.protocols.add(tls.selected_alpn_protocol())
        with contextlib.suppress(OSError, ssl.SSLError):
            await _Connection(self, reader, writer).serve()
        with contextlib.suppress(OSError):
            writer.close()


class _Connection:
    def __init__(self, upstream: H2Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._upstream = upstream
        self._reader = reader
        self._writer = writer
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._heads: dict[int, dict[str, str]] = {}
        self._bodies: dict[int, bytearray] = {}
        self._answers: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        self._h2.initiate_connection()
        await self._flush()
        while data := await self._reader.read(1 << 16):
            for received in self._h2.receive_data(data):
                self._take(received)
            await self._flush()

    def _take(self, event: object) -> None:
        if isinstance(event, RequestReceived):
            self._heads[event.stream_id] = {_text(name): _text(value) for name, value in event.headers}
            self._bodies[event.stream_id] = bytearray()
        elif isinstance(event, DataReceived):
            self._bodies[event.stream_id] += event.data
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self._start(self._answer(event.stream_id))

    def _start(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answer)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, stream: int) -> None:
        head, body = self._heads.pop(stream), bytes(self._bodies.pop(stream))
        asked = Asked(head[":method"], head[":path"], head, body, len(body))
        self._upstream.asked.append(asked)
        with contextlib.suppress(OSError, ProtocolError):
            for frame in self._upstream.frames(asked):
                await self._send(stream, frame)

    async def _send(self, stream: int, frame: Frame) -> None:
        if isinstance(frame, Pause):
            await asyncio.sleep(frame.seconds)
        elif isinstance(frame, Until):
            await asyncio.to_thread(frame.event.wait, 30)
        elif isinstance(frame, Reset):
            self._writer.transport.abort()
        elif isinstance(frame, GoAway):
            # h2 itself would send nothing after it.
            self._writer.write(GoAwayFrame(0, last_stream_id=stream).serialize())
        else:
            self._put(stream, frame)
            await self._flush()

    def _put(self, stream: int, frame: Head | bytes | End | Trailers | Rst) -> None:
        if isinstance(frame, Head):
            self._h2.send_headers(stream, [(":status", frame.status), *frame.headers])
        elif isinstance(frame, Trailers):
            self._h2.send_headers(stream, list(frame.headers), end_stream=True)
        elif isinstance(frame, Rst):
            self._h2.reset_stream(stream, frame.code)
        elif isinstance(frame, End):
            self._put_data(stream, frame.data, is_last=True)
        else:
            self._put_data(stream, frame, is_last=False)

    def _put_data(self, stream: int, data: bytes, *, is_last: bool) -> None:
        # mitmproxy opens the widest window there is, so only a frame's own size is limited.
        size = self._h2.max_outbound_frame_size
        while len(data) > size:
            self._h2.send_data(stream, data[:size])
            data = data[size:]
        self._h2.send_data(stream, data, end_stream=is_last)

    async def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()
