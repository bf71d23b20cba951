"""The only module that edits requests and answers on their way; EDITS lists all that it may do."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from mitmproxy import http

from ..attribution.own_headers import own_headers, signed_headers
from ..config.settings import Settings
from .exchange import Exchange
from .routes import Target
from .tap import ResponseTap
from .usage_tap import UsageTap


@dataclass(frozen=True, slots=True)
class Edit:
    """One allowed edit; the setting `setting` turns it off with the value `off`."""

    name: str
    description: str
    setting: str
    off: str


STREAM_USAGE = Edit(
    "stream_usage",
    "Streams whose client doesn't say whether it wants usage are asked for it, and it is removed from the answer.",
    setting="stream_usage",
    off="observe",
)
OWN_HEADERS = Edit(
    "own_headers",
    "Request headers that only farebox reads are removed from LLM calls.",
    setting="attribution.own_headers",
    off="pass",
)
PATH_ROUTES = Edit(
    "path_routes",
    "Requests to farebox itself go to the provider that the first words of their path name, without these words.",
    setting="path_routes",
    off="never",
)
BUDGETS = Edit(
    "budgets",
    "Calls whose budget is used up are answered with an error, if that budget has enforce: refuse.",
    setting="budget_refusals",
    off="never",
)
PROXY_PASSWORD = Edit(
    "proxy_password",
    "The proxy's own user and password are removed, and requests without them are answered with a 407.",
    setting="auth.user",
    off="",
)
EDITS = (STREAM_USAGE, OWN_HEADERS, PATH_ROUTES, BUDGETS, PROXY_PASSWORD)


def address_to_proxy(request: http.Request, credentials: str) -> None:
    """Tell the next proxy, which gets `request`, who calls; this is no part of the client's request."""
    request.headers["proxy-authorization"] = credentials


def address_to_server(request: http.Request) -> None:
    """Write the target of `request` as for the server itself, not as for a proxy."""
    request.authority = ""


class EditOffError(Exception):
    """An edit was tried that the settings turn off."""


class Editor:
    """Makes one edit of EDITS. Each method raises EditOffError, and changes nothing, if the settings turn it off."""

    def __init__(self, edit: Edit, settings: Settings) -> None:
        self._edit = edit
        self.is_on = attrgetter(edit.setting)(settings) != edit.off

    def set_body(self, request: http.Request, body: bytes) -> None:
        """Send `body` in place of the request's own."""
        self._check()
        request.headers["content-length"] = str(len(body))
        request.raw_content = body

    def remove_headers(self, request: http.Request, more: frozenset[str]) -> bool:
        """Remove farebox's own headers, and those of `more` (lower-case names); return whether there were any.

        A header that the client has signed stays: without it, the provider would refuse the request.
        """
        self._check()
        # As `request.headers`, which compares each name with those before it.
        names = dict.fromkeys(name.decode("utf-8", "surrogateescape") for name, _ in request.headers.fields)
        own = own_headers(names, more)
        if own:
            signed = signed_headers(request.headers.get("authorization", ""))
            own = [name for name in own if name.lower() not in signed]
        for name in own:
            del request.headers[name]
        return bool(own)

    def remove_password(self, request: http.Request) -> None:
        """Remove what was meant for the proxy alone."""
        self._check()
        del request.headers["proxy-authorization"]

    def copy_with(self, flow: http.HTTPFlow, body: bytes) -> http.HTTPFlow:
        """Return an unanswered copy of `flow` that sends `body`."""
        self._check()
        again: http.HTTPFlow = flow.copy()
        again.response = again.error = None
        again.is_replay = "request"
        self.set_body(again.request, body)
        return again

    def replace_answer(self, flow: http.HTTPFlow, response: http.Response) -> None:
        """Send `response` to the client in place of the flow's own."""
        self._check()
        flow.response = response

    def remove_length(self, request: http.Request, response: http.Response) -> bool:
        """Have the answer end by its framing, as its length isn't known yet; False if the client can't read that."""
        self._check()
        if not request.is_http2:
            if request.http_version != "HTTP/1.1" or response.http_version == "HTTP/1.0":
                return False
            response.headers["transfer-encoding"] = "chunked"
        del response.headers["content-length"]
        return True

    def without_usage(self, exchange: Exchange, tap: ResponseTap, on_fault: Callable[[Exception], None]) -> UsageTap:
        """Return what removes the usage from the answer behind `tap`."""
        self._check()
        return UsageTap(exchange, tap, on_fault)

    def send_to(self, request: http.Request, target: Target) -> None:
        """Send `request` to another server and path; its Host header is the server's."""
        self._check()
        request.scheme, request.port = target.scheme, target.port
        request.host = target.host
        request.path = target.path

    def _check(self) -> None:
        if not self.is_on:
            raise EditOffError(f"{self._edit.name}: turned off by {self._edit.setting}: {self._edit.off}")
