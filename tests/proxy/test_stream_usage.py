"""When a stream is asked for its usage, what counts as a refusal, and when the usage can be removed again."""

import asyncio
from typing import Any

import pytest
from farebox.config.settings import Settings
from farebox.proxy.exchange import Exchange
from farebox.proxy.stream_usage import StreamUsage
from farebox.proxy.tap import RESPONSE_LIMIT, ResponseTap
from farebox.proxy.usage_tap import UsageTap
from mitmproxy import http
from mitmproxy.test import tutils

from tests.support.flows import EVENTS, JSON, URL, answered, exchange_of, flow_of

STREAMED = b'{"model": "gpt-4o", "stream": true}'
REFUSAL = b'{"error": {"message": "Unknown parameter: stream_options"}}'


@pytest.fixture
def refusals() -> list[str]:
    return []


@pytest.fixture
def usage(refusals: list[str]) -> StreamUsage:
    return StreamUsage(Settings(stream_usage_hosts=("box",)), refusals.append)


def asked(usage: StreamUsage, flow: http.HTTPFlow | None = None) -> tuple[http.HTTPFlow, Exchange]:
    flow = flow or flow_of(body=STREAMED)
    exchange = exchange_of(flow)
    usage.ask(flow, exchange)
    return flow, exchange


def is_asked(flow: http.HTTPFlow) -> bool:
    return b'"include_usage":true' in (flow.request.raw_content or b"")


@pytest.mark.parametrize(
    ("url", "body", "headers", "expected"),
    [
        (URL, STREAMED, JSON, True),
        ("http://box:8000/v1/chat/completions", STREAMED, JSON, True),
        ("http://box-2:8000/v1/chat/completions", STREAMED, JSON, False),
        ("https://api.openai.com/v1/responses", STREAMED, JSON, False),
        (URL, b'{"model": "gpt-4o"}', JSON, False),
        (URL, b"", JSON, False),
        (URL, STREAMED, {"content-type": "text/plain"}, False),
        (URL, b'{"stream": true, "stream_options": {"include_usage": false}}', JSON, False),
    ],
    ids=["proven", "named", "unknown host", "other API", "no stream", "no body", "no JSON", "explicit"],
)
def test_which_requests_are_asked(
    usage: StreamUsage, url: str, body: bytes, headers: dict[str, str], expected: bool
) -> None:
    flow, exchange = asked(usage, flow_of(url, body, headers))

    assert is_asked(flow) is expected
    assert exchange.client_body == (body if expected else None)
    assert flow.request.headers["content-length"] == str(len(flow.request.raw_content or b""))


def test_observe_asks_nobody() -> None:
    flow, exchange = asked(StreamUsage(Settings(stream_usage="observe"), print))

    assert (is_asked(flow), exchange.client_body) == (False, None)


def test_a_request_with_trailers_is_not_changed(usage: StreamUsage) -> None:
    flow = flow_of(body=STREAMED)
    flow.request.trailers = http.Headers(x_digest="1")

    assert not is_asked(asked(usage, flow)[0])


@pytest.mark.parametrize(
    ("status", "length", "expected"),
    [
        (400, RESPONSE_LIMIT, True),
        (422, 9, True),
        (400, None, True),
        (400, RESPONSE_LIMIT + 1, False),
        (200, 9, False),
        (404, 9, False),
        (500, 9, False),
    ],
)
def test_which_answers_are_held(usage: StreamUsage, status: int, length: int | None, expected: bool) -> None:
    headers = http.Headers() if length is None else http.Headers(content_length=str(length))
    response = tutils.tresp(status_code=status, headers=headers)

    assert usage.may_be_refused(asked(usage)[1], response) is expected
    assert usage.may_be_refused(exchange_of(), response) is False


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {**EVENTS, "transfer-encoding": "chunked"}, True),
        (200, EVENTS, True),
        (200, {**JSON, "transfer-encoding": "chunked"}, True),
        (200, JSON, False),
        (200, {"content-type": "Application/JSON; charset=utf-8"}, False),
        (399, EVENTS, True),
        (400, EVENTS, False),
        (200, {**EVENTS, "content-encoding": "gzip"}, False),
        (200, {**EVENTS, "content-encoding": " Identity "}, True),
    ],
)
def test_from_which_answers_usage_is_removed(
    usage: StreamUsage, status: int, headers: dict[str, str], expected: bool
) -> None:
    flow, exchange = asked(usage)
    response = answered(flow, b"12345", status, headers)
    tap = ResponseTap(exchange, response, lambda: None, print)

    behind = usage.tap(flow, exchange, tap, print)

    assert isinstance(behind, UsageTap) is expected
    assert expected or behind is tap


@pytest.mark.parametrize(("version", "expected"), [("HTTP/1.1", True), ("HTTP/2.0", True), ("HTTP/1.0", False)])
def test_a_length_stays_if_the_client_needs_it(usage: StreamUsage, version: str, expected: bool) -> None:
    flow, exchange = asked(usage)
    flow.request.http_version = version
    response = answered(flow, b"12345", headers=EVENTS)

    behind = usage.tap(flow, exchange, ResponseTap(exchange, response, lambda: None, print), print)

    assert isinstance(behind, UsageTap) is expected
    assert ("content-length" in response.headers) is not expected


def test_from_an_answer_that_the_client_asked_for_nothing_is_removed(usage: StreamUsage) -> None:
    flow = flow_of(body=STREAMED)
    exchange = exchange_of(flow)
    tap = ResponseTap(exchange, answered(flow, headers=EVENTS), lambda: None, print)

    assert usage.tap(flow, exchange, tap, print) is tap


def again(usage: StreamUsage, response: http.Response | None) -> list[bytes]:
    """Let the request that is sent again be answered by `response`; return the bodies that are sent again."""
    sent: list[bytes] = []

    async def answer(_flow: http.HTTPFlow, body: bytes) -> http.Response | None:
        sent.append(body)
        return response

    usage._answer_to = answer  # type: ignore[method-assign, assignment]
    return sent


def resolve(usage: StreamUsage, flow: http.HTTPFlow, exchange: Exchange) -> None:
    asyncio.run(usage.resolve_refusal(flow, exchange, print))


@pytest.mark.parametrize("name", [b"stream_options", b"include_usage"])
@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_request_is_sent_again_and_the_server_not_asked_again(
    usage: StreamUsage, refusals: list[str], status: int, name: bytes
) -> None:
    flow, exchange = asked(usage)
    answered(flow, b"no " + name, status)
    good = tutils.tresp()
    sent = again(usage, good)

    resolve(usage, flow, exchange)

    assert (flow.response, sent, refusals) == (good, [STREAMED], [exchange.provider.name])
    assert not is_asked(asked(usage)[0])
    assert is_asked(asked(usage, flow_of("http://box:8000/v1/chat/completions", STREAMED))[0])


@pytest.mark.parametrize(
    ("status", "body"), [(400, b"Unknown model"), (200, REFUSAL), (404, REFUSAL)], ids=["other", "200", "404"]
)
def test_another_answer_stays(usage: StreamUsage, refusals: list[str], status: int, body: bytes) -> None:
    flow, exchange = asked(usage)
    response = answered(flow, body, status)
    sent = again(usage, tutils.tresp())

    resolve(usage, flow, exchange)

    assert (flow.response, sent, refusals) == (response, [], [])
    assert is_asked(asked(usage)[0])


def test_a_request_that_was_not_changed_is_not_sent_again(usage: StreamUsage) -> None:
    flow = flow_of(body=STREAMED)
    answered(flow, REFUSAL, 400)
    sent = again(usage, tutils.tresp())

    resolve(usage, flow, exchange_of(flow))

    assert sent == []


def response_of(status: int, body: bytes) -> http.Response:
    return http.Response.make(status, body, http.Headers(content_type="application/json"))


@pytest.mark.parametrize(
    ("second", "is_refusal"),
    [(None, True), ((400, REFUSAL), True), ((422, b"a missing field"), False), ((500, b"stream_options"), True)],
    ids=["no answer", "refused again", "another error", "a server error"],
)
def test_the_second_answer_tells_whether_the_first_was_about_usage(
    usage: StreamUsage, refusals: list[str], second: tuple[int, bytes] | None, is_refusal: bool
) -> None:
    flow, exchange = asked(usage)
    first = answered(flow, REFUSAL, 400)
    response = response_of(*second) if second else None
    again(usage, response)

    resolve(usage, flow, exchange)

    assert flow.response is (first if response is None else response)
    assert bool(refusals) is is_refusal
    assert is_asked(asked(usage)[0]) is not is_refusal


def test_a_request_that_is_sent_again_is_our_own_until_it_is_answered(
    usage: StreamUsage, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: list[Any] = []

    class Handler:
        """Answers what it is to replay."""

        def __init__(self, flow: http.HTTPFlow, _options: object) -> None:
            self.flow = flow
            self.transports: dict[object, Any] = {}

        async def replay(self) -> None:
            own.append((usage.is_own(self.flow), self.flow.request.raw_content))
            self.flow.response = tutils.tresp(status_code=201)

    monkeypatch.setattr("farebox.proxy.stream_usage.ReplayHandler", Handler)
    monkeypatch.setattr("mitmproxy.ctx.options", None, raising=False)
    flow, exchange = asked(usage)
    answered(flow, REFUSAL, 400)

    resolve(usage, flow, exchange)

    assert own == [(True, STREAMED)]
    assert flow.response.status_code == 201  # type: ignore[union-attr]
    assert (usage._own, usage.is_own(flow)) == (set(), False)


@pytest.mark.parametrize(
    ("header", "expected"),
    [({"server": "llama.cpp"}, True), ({"x-litellm-version": "1.108.7"}, True), ({"server": "uvicorn"}, False)],
    ids=str,
)
def test_a_server_that_is_named_by_its_answer_is_asked_from_its_next_call_on(
    usage: StreamUsage, header: dict[str, str], expected: bool
) -> None:
    url = "http://box-2:8123/v1/chat/completions"
    flow, exchange = asked(usage, flow_of(url, STREAMED))
    flow.response = tutils.tresp(
        headers=http.Headers([(name.encode(), value.encode()) for name, value in header.items()])
    )
    usage.tap(flow, exchange, ResponseTap(exchange, flow.response, print, print), print)

    assert not is_asked(flow)
    assert is_asked(asked(usage, flow_of(url, STREAMED))[0]) is expected
    assert not is_asked(asked(usage, flow_of("http://box-2:8123/v1/completions", STREAMED))[0])
