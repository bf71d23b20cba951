"""When to ask for the usage of a stream, and when to remove it from the answer again; `edits.py` does both."""

import asyncio
import time
from collections.abc import Callable

from mitmproxy import ctx, http
from mitmproxy.addons.clientplayback import ReplayHandler
from mitmproxy.connection import ConnectionState

from ..config.settings import Settings
from ..providers.answering import named_by_headers
from ..stream_options.hosts import supports_usage_option
from ..stream_options.inject import is_plain, may_ask_for_stream, with_include_usage
from ..wire.content import decoded_start
from .edits import STREAM_USAGE, Editor
from .exchange import Exchange
from .header_fields import pairs_of
from .request_head import destination, request_of
from .tap import RESPONSE_LIMIT, ResponseTap, content_length
from .usage_tap import UsageTap

_POLL_SECONDS = 0.25
_REFUSALS = {400, 422}
_PROVEN_LIMIT = 1000
_NAMES = (b"stream_options", b"include_usage")


class StreamUsage:
    """Asks hosts that are proven to support it, each until it refuses; `on_refusal` gets the provider that did."""

    def __init__(self, settings: Settings, on_refusal: Callable[[str], None]) -> None:
        self._editor = Editor(STREAM_USAGE, settings)
        # How long the answer to a request that is sent again may take.
        self._patience = settings.idle_timeout
        self._hosts = settings.stream_usage_hosts
        self._refusing: set[tuple[str, int]] = set()
        # Servers at hosts that nobody names, which have answered as a kind that is proven to support it.
        self._proven: set[tuple[str, int]] = set()
        self._own: set[str] = set()
        self._on_refusal = on_refusal

    def is_own(self, flow: http.HTTPFlow) -> bool:
        """Tell whether `flow` is a request that we send again ourselves."""
        return flow.id in self._own

    def ask(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        """Ask for usage in a request that is about to go out, if it allows that."""
        body = flow.request.raw_content
        # Most calls without a stream end here.
        if not self._editor.is_on or not body or not may_ask_for_stream(body) or flow.request.trailers:
            return
        server = destination(flow)
        if server in self._refusing:
            return
        request = request_of(flow)
        is_proven = server in self._proven and request.path.rstrip("/").endswith("/chat/completions")
        if not (is_proven or supports_usage_option(*server, request.path, self._hosts)) or not is_plain(request):
            return
        asking = with_include_usage(body)
        if asking is not None:
            exchange.client_body = body
            self._editor.set_body(flow.request, asking)
            exchange.keep_head()

    def may_be_refused(self, exchange: Exchange, response: http.Response) -> bool:
        """Tell whether to hold an answer until its body says why the request was refused."""
        return (
            exchange.client_body is not None
            and response.status_code in _REFUSALS
            and (content_length(response) or 0) <= RESPONSE_LIMIT
        )

    def tap(
        self, flow: http.HTTPFlow, exchange: Exchange, tap: ResponseTap, on_fault: Callable[[Exception], None]
    ) -> ResponseTap | UsageTap:
        """Return `tap`, with usage removed behind it if we asked for it and it can be removed."""
        self._learn(flow)
        return self._editor.without_usage(exchange, tap, on_fault) if self._is_removable(flow, exchange) else tap

    def may_resolve(self, exchange: Exchange) -> bool:
        """Tell whether the answer, which is held, can refuse what we added."""
        return exchange.client_body is not None and not exchange.is_tapped

    async def resolve_refusal(
        self, flow: http.HTTPFlow, exchange: Exchange, on_fault: Callable[[Exception], None]
    ) -> None:
        """If the answer refuses what we added, replace it by the answer to the client's own request, sent again."""
        try:
            await self._resolve_refusal(flow, exchange)
        except Exception as error:  # noqa: BLE001 - the client then gets the first answer
            on_fault(error)

    async def _resolve_refusal(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        if exchange.client_body is None or not _refuses(flow.response):
            return
        response = await self._answer_to(flow, exchange.client_body)
        # Errors can quote the request: one that comes again without that name was not about it.
        if response is None or response.status_code not in _REFUSALS or _refuses(response):
            self._refusing.add(destination(flow))
            self._on_refusal(exchange.provider.name)
        if response is not None:
            self._editor.replace_answer(flow, response)
            exchange.answer(response)

    def _learn(self, flow: http.HTTPFlow) -> None:
        """Ask a server from its next call on if this answer shows that it is one which supports it."""
        if flow.response is None or len(self._proven) >= _PROVEN_LIMIT:
            return
        server = named_by_headers(pairs_of(flow.response.headers))
        if server is not None and server.takes_usage_option:
            self._proven.add(destination(flow))

    def _is_removable(self, flow: http.HTTPFlow, exchange: Exchange) -> bool:
        response = flow.response
        if exchange.client_body is None or response is None or response.status_code >= 400:
            return False
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            return False
        if content_length(response) is None:
            return True
        # Some servers call a stream JSON; JSON with a length may be a single document.
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind != "application/json" and self._editor.remove_length(flow.request, response)

    async def _answer_to(self, flow: http.HTTPFlow, body: bytes) -> http.Response | None:
        """Send the request again with `body`, on a connection of its own, for as long as the client waits."""
        again = self._editor.copy_with(flow, body)
        self._own.add(again.id)
        handler = ReplayHandler(again, ctx.options)
        answering = asyncio.create_task(handler.replay())
        give_up = time.monotonic() + self._patience
        try:
            while not answering.done() and _is_waiting(flow) and time.monotonic() < give_up:
                await asyncio.wait({answering}, timeout=_POLL_SECONDS)
        finally:
            self._own.discard(again.id)
            for task in [answering, *(transport.handler for transport in handler.transports.values())]:
                if task is not None:
                    task.cancel()
        is_whole = answering.done() and answering.result() is None and again.error is None
        return again.response if is_whole else None


def _refuses(response: http.Response | None) -> bool:
    if response is None or response.status_code not in _REFUSALS:
        return False
    encodings = response.headers.get("content-encoding")
    body, _ = decoded_start(response.raw_content or b"", encodings, RESPONSE_LIMIT)
    return any(name in body for name in _NAMES)


def _is_waiting(flow: http.HTTPFlow) -> bool:
    return flow.client_conn.state is ConnectionState.OPEN
