"""Ask for the usage that a client's stream does without, and take it out of the answer again."""

import asyncio
import time
from collections.abc import Callable

from mitmproxy import ctx, http
from mitmproxy.addons.clientplayback import ReplayHandler
from mitmproxy.connection import ConnectionState

from ..config.settings import Settings
from ..stream_options.hosts import supports_usage_option
from ..stream_options.inject import is_plain, with_include_usage
from .exchange import Exchange, destination, request_of
from .tap import RESPONSE_LIMIT, content_length

# How long the answer to a request that is sent again may take.
_AGAIN_SECONDS = 600.0
_LOOK_SECONDS = 0.25
_REFUSALS = {400, 422}
_NAMES = (b"stream_options", b"include_usage")


class StreamUsage:
    """Changes requests to hosts that are proven to take it, each until it refuses; `on_refusal` is told of whom."""

    def __init__(self, settings: Settings, on_refusal: Callable[[str], None]) -> None:
        self._is_on = settings.stream_usage == "auto"
        self._hosts = settings.stream_usage_hosts
        self._refusing: set[tuple[str, int]] = set()
        self._own: set[str] = set()
        self._on_refusal = on_refusal

    def is_own(self, flow: http.HTTPFlow) -> bool:
        """Tell whether `flow` is a request that we send again ourselves."""
        return flow.id in self._own

    def ask(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        """Ask for usage in a request that is about to go out, where that can be done."""
        body, place = flow.request.raw_content, destination(flow)
        if not self._is_on or not body or flow.request.trailers or place in self._refusing:
            return
        request = request_of(flow)
        if not supports_usage_option(*place, request.path, self._hosts) or not is_plain(request):
            return
        asking = with_include_usage(body)
        if asking is not None:
            exchange.client_body = body
            _set_body(flow.request, asking)

    def may_be_refused(self, exchange: Exchange, response: http.Response) -> bool:
        """Tell whether an answer is to be held until its body says what it is about."""
        return (
            exchange.client_body is not None
            and response.status_code in _REFUSALS
            and (content_length(response) or 0) <= RESPONSE_LIMIT
        )

    def takes_out(self, flow: http.HTTPFlow, exchange: Exchange) -> bool:
        """Tell whether what we asked for can be taken out of the answer; a length that it announces is struck out."""
        response = flow.response
        if exchange.client_body is None or response is None or response.status_code >= 400:
            return False
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            return False
        if content_length(response) is None:
            return True
        # Some servers call a stream JSON; one that announces its length may be what it says.
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind != "application/json" and _unannounce(flow.request, response)

    async def resolve_refusal(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        """Where the answer refuses what we added, get the answer to the client's own request, sent again as it was."""
        if exchange.client_body is None or not _refuses(flow.response):
            return
        response = await self._answer_to(flow, exchange.client_body)
        # Errors can quote the request. What is refused all the same, without that name, was not refused for it.
        if response is None or response.status_code not in _REFUSALS or _refuses(response):
            self._refusing.add(destination(flow))
            self._on_refusal(exchange.provider.name)
        if response is not None:
            flow.response = response
            exchange.answer(response)

    async def _answer_to(self, flow: http.HTTPFlow, body: bytes) -> http.Response | None:
        """Send the request again with `body`, on a connection of its own, for as long as the client waits."""
        again = flow.copy()
        again.response = again.error = None
        again.is_replay = "request"
        _set_body(again.request, body)
        self._own.add(again.id)
        handler = ReplayHandler(again, ctx.options)
        answering = asyncio.create_task(handler.replay())
        give_up = time.monotonic() + _AGAIN_SECONDS
        try:
            while not answering.done() and _waits(flow) and time.monotonic() < give_up:
                await asyncio.wait({answering}, timeout=_LOOK_SECONDS)
        finally:
            self._own.discard(again.id)
            for task in [answering, *(one.handler for one in handler.transports.values())]:
                if task is not None:
                    task.cancel()
        is_whole = answering.done() and answering.result() is None and again.error is None
        return again.response if is_whole else None


def _set_body(request: http.Request, body: bytes) -> None:
    request.headers["content-length"] = str(len(body))
    request.raw_content = body


def _refuses(response: http.Response | None) -> bool:
    if response is None or response.status_code not in _REFUSALS:
        return False
    body = response.get_content(strict=False) or b""
    return any(name in body for name in _NAMES)


def _unannounce(request: http.Request, response: http.Response) -> bool:
    """Have the answer end by its framing, as its length is not yet known; tell whether the client can read that."""
    if not request.is_http2:
        if request.http_version != "HTTP/1.1" or response.http_version == "HTTP/1.0":
            return False
        response.headers["transfer-encoding"] = "chunked"
    del response.headers["content-length"]
    return True


def _waits(flow: http.HTTPFlow) -> bool:
    return flow.client_conn.state is ConnectionState.OPEN
