"""The head of a request is read from mitmproxy's flow, and read again only once it has changed."""

from typing import Any

import pytest
from farebox.proxy.request_head import destination, mark_of, request_of
from farebox.records import reading as readings

from tests.support.flows import URL, exchange_of, flow_of


@pytest.mark.parametrize(
    ("host", "sni", "expected"),
    [
        ("api.openai.com", None, "api.openai.com"),
        ("api.openai.com", "other.example", "api.openai.com"),
        ("192.0.2.1", "api.openai.com", "api.openai.com"),
        ("192.0.2.1", None, "192.0.2.1"),
        ("2001:db8::a", "api.openai.com", "api.openai.com"),
        ("2001:db8::a", None, "2001:db8::a"),
        ("user:password@api.openai.com", None, "api.openai.com"),
        ("user:p@ss@api.openai.com", None, "api.openai.com"),
        ("user@192.0.2.1", "api.openai.com", "api.openai.com"),
    ],
)
def test_the_destination_is_the_server_s_name(host: str, sni: str | None, expected: str) -> None:
    flow = flow_of()
    flow.request.host, flow.request.port, flow.client_conn.sni = host, 8443, sni

    assert destination(flow) == (expected, 8443)


def test_a_request_with_a_password_in_its_url_is_billed_by_its_host() -> None:
    flow = flow_of("http://user:password@api.openai.com/v1/chat/completions")

    assert request_of(flow).host == "api.openai.com"
    reading = exchange_of(flow).close(readings.NETWORK_ERROR)
    assert reading is not None
    assert "password" not in reading.host


def test_a_request_has_its_parts() -> None:
    flow = flow_of(f"{URL}?a=1?b=2", headers={"X-Tag": "One", "content-type": "application/json"})

    request = request_of(flow).with_body(b"kept", is_whole=False, size=9)

    assert (request.method, request.host, request.port) == ("POST", "api.openai.com", 443)
    assert (request.path, request.query) == ("/v1/chat/completions", "a=1?b=2")
    assert ("x-tag", "One") in request.headers
    assert (request.body, request.body_is_whole, request.body_bytes) == (b"kept", False, 9)


@pytest.mark.parametrize(
    ("name", "value"), [("host", "other.example"), ("port", 8443), ("method", "GET"), ("path", "/"), ("scheme", "http")]
)
def test_a_change_of_the_head_is_seen(name: str, value: Any) -> None:
    flow = flow_of()
    before = mark_of(flow.request)

    setattr(flow.request, name, value)

    assert mark_of(flow.request) != before


def test_an_add_on_that_changes_the_head_before_the_answer_is_believed() -> None:
    flow = flow_of()
    exchange = exchange_of(flow, head=request_of(flow))
    flow.request.host = "api.groq.com"
    flow.request.headers["user-agent"] = "other/1"

    reading = exchange.close(readings.NETWORK_ERROR)

    assert reading is not None
    assert (reading.host, reading.client_app) == ("api.groq.com", "other")


def test_a_change_of_our_own_is_not_the_client_s() -> None:
    flow = flow_of(headers={"content-type": "application/json", "user-agent": "theirs/1"})
    exchange = exchange_of(flow, head=request_of(flow))
    flow.request.headers["user-agent"] = "ours/1"
    exchange.keep_head()

    reading = exchange.close(readings.NETWORK_ERROR)

    assert reading is not None
    assert reading.client_app == "theirs"
