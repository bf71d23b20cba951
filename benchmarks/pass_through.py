"""mitmproxy add-on: answers pass as they arrive, through a function that changes nothing."""

from mitmproxy import http


def responseheaders(flow: http.HTTPFlow) -> None:
    """Have mitmproxy pass the answer's chunks on instead of collecting them."""
    assert flow.response
    flow.response.stream = lambda data: data
