"""Tunnels that skip the upstream proxy: in mitmproxy's upstream mode, all go through it."""

from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import HttpStream

from ._patch import Patch, apply

_handle_connect_upstream = HttpStream.handle_connect_upstream


def allow_direct_tunnels() -> bool:
    """Have mitmproxy open a tunnel itself if its server has no `via`; return whether it does."""
    return apply(_PATCH)


def _handle_connect(stream: HttpStream) -> CommandGenerator[None]:
    if stream.context.server.via is None:
        yield from stream.handle_connect_regular()
    else:
        yield from _handle_connect_upstream(stream)  # type: ignore[no-untyped-call]


_PATCH = Patch(
    HttpStream,
    "handle_connect_upstream",
    _handle_connect,
    without="the entries of NO_PROXY are called through the upstream proxy too",
    known=frozenset({"c5c0f60f83344dee"}),
)
