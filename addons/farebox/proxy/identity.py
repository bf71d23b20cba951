"""Which provider a flow's server is: a name counts if the server's certificate was verified for it.

Over plain HTTP, or with mitmproxy's option `ssl_insecure`, any server can answer under any name.
"""

from functools import lru_cache

from mitmproxy import ctx, http

from ..providers.table import NOBODY, Provider, Table, provider_of


def provider_at(flow: http.HTTPFlow, host: str, port: int, table: Table) -> Provider:
    """Return the provider of `table` to which `flow` goes, at `host` and `port`; NOBODY if no name counts."""
    return _remembered(host, port, _Same(table), _is_verified(flow, host))


class _Same:
    """A table that is equal to itself only: comparing its lines would take longer than searching them."""

    __slots__ = ("table",)

    def __init__(self, table: Table) -> None:
        self.table = table

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.table is other.table

    def __hash__(self) -> int:
        return id(self.table)


# Calls go to a few servers, and at a host that nobody names, every line of the table is tried.
@lru_cache(1024)
def _remembered(host: str, port: int, same: _Same, is_verified: bool) -> Provider:  # noqa: FBT001 - only here
    return provider_of(host, port, same.table, is_verified=is_verified) or NOBODY


def _is_verified(flow: http.HTTPFlow, host: str) -> bool:
    """Tell whether the certificate of the server is, or would be, verified for `host`."""
    # Without a running mitmproxy there are no options.
    if flow.request.scheme != "https" or getattr(getattr(ctx, "options", None), "ssl_insecure", False):
        return False
    server = flow.server_conn
    if server.tls_established:
        return _same(server.sni, host)
    # Nothing was read from it: the row only says that the call did not get through.
    return flow.response is None or server.timestamp_start is None


def _same(sni: str | None, host: str) -> bool:
    return sni is not None and sni.lower().rstrip(".") == host.lower().rstrip(".")
