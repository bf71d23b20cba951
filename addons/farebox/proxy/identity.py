"""Which provider a flow's server is: a name counts if the server's certificate was verified for it.

Over plain HTTP, or with mitmproxy's option `ssl_insecure`, any server can answer under any name.
"""

from mitmproxy import ctx, http

from ..providers.table import NOBODY, Provider, Table, provider_of


def provider_at(flow: http.HTTPFlow, host: str, port: int, table: Table) -> Provider:
    """Return the provider of `table` to which `flow` goes, at `host` and `port`; NOBODY if no name counts."""
    return provider_of(host, port, table, is_verified=_is_verified(flow, host)) or NOBODY


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
