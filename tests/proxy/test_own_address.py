"""A request without a target of its own is for farebox; every other one is for the server that it names."""

import pytest
from farebox.proxy.own_address import is_for_farebox, mark_requests_for_farebox, names_farebox
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.options import Options
from mitmproxy.proxy.layers.http import HTTPMode, HttpStream
from mitmproxy.test import tflow, tutils

HERE = ("192.0.2.7", 8080)


def request(scheme: str = "http", host: str = "", port: int = 0, method: str = "POST") -> http.Request:
    return tutils.treq(scheme=scheme.encode(), host=host, port=port, method=method.encode(), authority=b"")


@pytest.mark.parametrize(
    ("asked", "is_ours"),
    [
        (request(), True),
        (request(method="CONNECT"), False),
        (request(host="api.openai.com", port=443, method="CONNECT"), False),
        (request(host="api.openai.com", port=80), False),
        (request(host="ollama", port=11434), False),
        (request(host="127.0.0.1", port=11434), False),
        (request(host="127.0.0.1", port=8080), True),
        (request(host="localhost", port=8080), True),
        (request(host="192.0.2.7", port=8080), True),
        (request("https", "farebox.example", 443), True),
        (request("https", "api.openai.com", 443), False),
    ],
    ids=str,
)
def test_which_requests_are_for_farebox(asked: http.Request, is_ours: bool) -> None:
    client = tflow.tclient_conn()
    client.sockname, client.sni = HERE, "farebox.example"

    assert names_farebox(asked, client) is is_ours


class Layer:
    """The parts of mitmproxy's HttpStream that its check of a request uses."""

    def __init__(self, mode: HTTPMode, flow: http.HTTPFlow) -> None:
        self.mode, self.flow = mode, flow
        self.context = type("Context", (), {"options": Options()})()
        self.context.options.add_option("validate_inbound_headers", bool, True, "")


@pytest.mark.parametrize(
    ("mode", "is_marked"), [(HTTPMode.regular, True), (HTTPMode.upstream, True), (HTTPMode.transparent, False)]
)
def test_only_requests_at_the_explicit_proxy_are_marked(mode: HTTPMode, is_marked: bool) -> None:
    mark_requests_for_farebox()
    # A process may ask for it more than once.
    mark_requests_for_farebox()
    flow = tflow.tflow(req=request())
    assert flow.client_conn.state is ConnectionState.OPEN

    assert list(HttpStream.check_invalid(Layer(mode, flow), True)) == []  # type: ignore[arg-type]

    assert is_for_farebox(flow) is is_marked


def test_a_request_that_is_sent_again_is_not_marked() -> None:
    mark_requests_for_farebox()
    flow = tflow.tflow(req=request())
    flow.is_replay = "request"

    list(HttpStream.check_invalid(Layer(HTTPMode.regular, flow), True))  # type: ignore[arg-type]

    assert not is_for_farebox(flow)
