"""mitmproxy add-on: makes the functions behind farebox's hooks raise errors that quote the traffic."""

from typing import Any, Never

from farebox.metering.websocket_meter import WebSocketMeter
from farebox.proxy import stream_usage
from farebox.stream_options import inject

with_include_usage, to_server = inject.with_include_usage, WebSocketMeter.to_server


def ask(body: bytes) -> bytes | None:
    if b"raise when asked" in body:
        raise RuntimeError(f"cannot ask {body.decode()}")
    return with_include_usage(body)


def read(session: WebSocketMeter, content: bytes, now: float) -> Any:
    if b"raise in the session" in content:
        raise RuntimeError(f"cannot read {content.decode()}")
    return to_server(session, content, now)


class Replay:
    """Stands for what sends a request again."""

    def __init__(self, flow: Any, _options: object) -> None:
        self.transports: dict[str, Any] = {}
        self._flow = flow

    async def replay(self) -> Never:
        raise RuntimeError(f"cannot send {self._flow.request.content.decode()}")


hooks: Any = stream_usage
hooks.with_include_usage, hooks.ReplayHandler = ask, Replay
sessions: Any = WebSocketMeter
sessions.to_server = read
