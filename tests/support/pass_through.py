"""mitmproxy add-on: a tap that passes every body through, as any streaming add-on would."""

from mitmproxy import http


def requestheaders(flow: http.HTTPFlow) -> None:
    flow.request.stream = True


def responseheaders(flow: http.HTTPFlow) -> None:
    assert flow.response
    flow.response.stream = lambda data: data
