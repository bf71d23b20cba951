"""What crossed the wire, as values."""

import pytest
from farebox.records.exchange import Request, Response, request_to


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://api.openai.com/v1/chat/completions", "api.openai.com", 443, "/v1/chat/completions"),
        ("https://API.OpenAI.com/v1", "api.openai.com", 443, "/v1"),
        ("http://localhost/v1", "localhost", 80, "/v1"),
        ("http://localhost:11434/v1?key=made-up", "localhost", 11434, "/v1"),
        ("https://[::1]:8443/v1", "::1", 8443, "/v1"),
        ("https://user:word@api.x.ai/v1#part", "api.x.ai", 443, "/v1"),
        ("https://api.x.ai", "api.x.ai", 443, "/"),
    ],
)
def test_a_url_names_host_port_and_path(url: str, host: str, port: int, path: str) -> None:
    request = request_to("POST", url)

    assert (request.method, request.host, request.port, request.path) == ("POST", host, port, path)


@pytest.mark.parametrize(("name", "value"), [("model", "gpt realtime"), ("alt", ""), ("key", "a"), ("missing", None)])
def test_a_parameter_stands_in_the_query(name: str, value: str | None) -> None:
    request = request_to("GET", "https://api.openai.com/v1/realtime?model=gpt%20realtime&alt=&key=a&key=b")

    assert request.parameter(name) == value
    assert "key=a" not in repr(request)


def test_a_request_knows_its_body() -> None:
    request = request_to("POST", "https://api.x.ai/v1", (("X-Tag", "a"),), b"{}")

    assert request == Request(
        "POST", "api.x.ai", 443, "/v1", (("x-tag", "a"),), b"{}", body_is_whole=True, body_bytes=2
    )


@pytest.mark.parametrize(("name", "value"), [("x-tag", "first"), ("accept", ""), ("X-Tag", None), ("missing", None)])
def test_a_header_is_the_first_of_its_name(name: str, value: str | None) -> None:
    headers = (("accept", ""), ("x-tag", "first"), ("x-tag", "second"))

    assert Request("POST", "api.x.ai", 443, "/", headers).header(name) == value
    assert Response(200, headers).header(name) == value


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("application/json", "application/json"),
        ("Text/Event-Stream; charset=utf-8", "text/event-stream"),
        (" text/plain ;q=1", "text/plain"),
        ("", ""),
        (";", ""),
    ],
)
def test_the_content_type_is_without_parameters(header: str, content_type: str) -> None:
    assert Response(200, (("content-type", header),)).content_type == content_type


def test_no_content_type_is_an_empty_one() -> None:
    assert Response(200).content_type == ""
