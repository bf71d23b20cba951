"""How a flow ended, by which side closed first."""

from mitmproxy import http
from mitmproxy.connection import ConnectionState

from .. import reading


def outcome_of(flow: http.HTTPFlow) -> str:
    """Return the outcome of a flow that ended in an error."""
    message = flow.error.msg if flow.error else ""
    # An HTTP/2 client that gives up one stream keeps its connection open.
    if flow.client_conn.state is not ConnectionState.OPEN or "reset by client" in message:
        return reading.CLIENT_ABORT
    return reading.NETWORK_ERROR if flow.response is None else reading.PROVIDER_CUT
