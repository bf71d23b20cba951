"""The meter: times, outcomes, what is asked for, and a fault of ours."""

import gzip
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Never

import pytest
from farebox.dialects import openai_chat
from farebox.metering import call as module
from farebox.metering.call import call_of
from farebox.metering.meter import Meter, unanswered
from farebox.providers.quirks import Quirk
from farebox.providers.table import Provider
from farebox.records.exchange import Response, request_to
from farebox.records.reading import encode
from farebox.records.usage import Usage

from tests.support.answers import ANTHROPIC, OPENAI, PLAIN, STREAM, answer, call, chunk, event, meter


def test_time_to_first_byte_is_that_of_any_byte() -> None:
    reader = meter()

    reader.feed(b"", 0.1)
    reader.feed(b": hello\n\n", 0.2)
    reader.feed(chunk({"content": "The"}), 0.3)

    assert reader.close(0.4).ttfb_ms == 200


@pytest.mark.parametrize(
    ("url", "nothing_yet", "first"),
    [
        pytest.param(OPENAI, event(choices=[], prompt_filter_results=[]), chunk({"content": "The"}), id="Azure"),
        pytest.param(OPENAI, chunk({"role": "assistant", "content": ""}), chunk({"content": "The"}), id="role"),
        pytest.param(OPENAI, chunk({"role": "assistant", "content": None}), chunk({"reasoning": "?"}), id="reasoning"),
        pytest.param(OPENAI, chunk({}), chunk({"reasoning_content": "?"}), id="reasoning_content"),
        pytest.param(OPENAI, chunk({"tool_calls": []}), chunk({"tool_calls": [{"index": 0}]}), id="tool call"),
        pytest.param(OPENAI, chunk({"refusal": None}), chunk({"refusal": "I"}), id="refusal"),
        pytest.param(OPENAI, b": OPENROUTER PROCESSING\n\n", chunk({"content": "The"}), id="comment"),
        pytest.param(
            ANTHROPIC,
            event(type="message_start", message={}) + event(type="ping"),
            event(type="content_block_delta", delta={"type": "text_delta", "text": "The"}),
            id="Anthropic",
        ),
    ],
)
def test_time_to_first_token_is_that_of_the_first_content(url: str, nothing_yet: bytes, first: bytes) -> None:
    reader = meter(url=url)

    reader.feed(nothing_yet, 0.25)
    reader.feed(first, 0.5)
    reader.feed(first, 0.75)
    reading = reader.close(1.0)

    assert (reading.ttfb_ms, reading.ttft_ms, reading.duration_ms, reading.output_chunks) == (250, 500, 1000, 2)


def test_a_last_chunk_without_its_line_end_counts() -> None:
    reader = meter()

    reader.feed(chunk({"content": "The"}).rstrip(), 0.5)
    reading = reader.close(1.0)

    assert (reading.ttft_ms, reading.output_chunks) == (1000, 1)


def test_a_stream_without_content_has_no_first_token() -> None:
    reading = answer(STREAM, chunk({"role": "assistant"}) + b"data: [DONE]\n\n")

    assert (reading.ttft_ms, reading.output_chunks, reading.streamed) == (None, 0, True)


def test_a_plain_answer_has_no_first_token_and_no_chunks() -> None:
    reading = answer(PLAIN, b'{"choices": [{"delta": {"content": "The"}, "text": "The"}]}')

    assert (reading.ttft_ms, reading.output_chunks, reading.streamed, reading.ttfb_ms) == (None, None, False, 500)


def test_no_body_has_no_first_byte() -> None:
    reading = meter().close(1.0)

    assert (reading.ttfb_ms, reading.ttft_ms, reading.response_bytes, reading.duration_ms) == (None, None, 0, 1000)


def test_a_clock_that_went_back_makes_no_negative_time() -> None:
    assert meter().close(-3.0).duration_ms == 0


def test_bytes_are_counted_as_they_came() -> None:
    body = gzip.compress(chunk({"content": "The"}) * 50)

    reading = answer((*STREAM, ("content-encoding", "gzip")), body)

    assert (reading.response_bytes, reading.output_chunks) == (len(body), 50)
    assert reading.request_bytes == len(call().request.body)


@pytest.mark.parametrize(
    ("status", "body", "cut", "outcome"),
    [
        pytest.param(200, chunk({}, "stop") + b"data: [DONE]\n\n", None, "ok", id="end mark"),
        pytest.param(200, chunk({}, "stop") + b"data: [DONE]", "client_abort", "ok", id="hang-up at the end mark"),
        pytest.param(200, chunk({}, "stop"), "client_abort", "client_abort", id="hang-up before the end mark"),
        pytest.param(200, chunk({}, "stop"), None, "ok", id="no end mark"),
        pytest.param(200, chunk({"content": "The"}), None, "provider_cut", id="no finish reason"),
        pytest.param(200, b"", None, "provider_cut", id="nothing"),
        pytest.param(200, b"", "sidecar_stop", "sidecar_stop", id="stopped"),
        pytest.param(200, event(error={"type": "busy"}), None, "provider_cut", id="error"),
        pytest.param(200, event(error={"type": "busy"}), "client_abort", "provider_cut", id="hang-up at the error"),
        pytest.param(200, event(error={}) + b"data: [DONE]", None, "ok", id="an empty error is none"),
        pytest.param(200, event(error="busy") + b"data: [DONE]\n\n", None, "provider_cut", id="error, then end mark"),
        pytest.param(500, event(error={"type": "busy"}), None, "http_error", id="status"),
        pytest.param(500, b"", "client_abort", "http_error", id="hang-up after the status"),
    ],
)
def test_outcome_of_a_stream(status: int, body: bytes, cut: str | None, outcome: str) -> None:
    reader = meter(status=status)

    reader.feed(body, 0.5)

    assert reader.close(1.0, cut).outcome == outcome


@pytest.mark.parametrize(
    ("status", "body", "cut", "outcome"),
    [
        (200, b'{"choices": []}', None, "ok"),
        (200, b'{"choices": []}', "client_abort", "ok"),
        (200, b'{"choices": []', "client_abort", "client_abort"),
        (200, b'{"choi', "provider_cut", "provider_cut"),
        (200, b'{"error": {"type": "busy"}}', None, "http_error"),
        (404, b"<html>", None, "http_error"),
        (502, b"", "provider_cut", "http_error"),
    ],
)
def test_outcome_of_a_plain_answer(status: int, body: bytes, cut: str | None, outcome: str) -> None:
    reader = meter(PLAIN, status=status)

    reader.feed(body, 0.5)

    assert reader.close(1.0, cut).outcome == outcome


def test_a_cut_stream_keeps_what_it_told() -> None:
    reader = meter()
    reader.feed(chunk({"content": "The"}, model="told", id="c1", usage={"prompt_tokens": 5}) + b'data: {"cho', 0.5)

    reading = reader.close(1.0, "client_abort")

    assert (reading.model_returned, reading.response_id, reading.finish_reason) == ("told", "c1", None)
    assert reading.usage == Usage(input_tokens=5)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((("x-request-id", "req_1"),), "req_1"),
        ((("request-id", "req_2"), ("x-other", "no")), "req_2"),
        ((("apim-request-id", "00-1"), ("x-request-id", "req_1")), "req_1"),
        ((("x-request-id", "two words"), ("request-id", "req_2")), "req_2"),
        ((), None),
    ],
)
def test_the_request_id_is_the_providers(headers: tuple[tuple[str, str], ...], expected: str | None) -> None:
    assert answer(headers, b"{}").provider_request_id == expected


@pytest.mark.parametrize(
    ("header", "kept"),
    [("0.000123", "0.000123"), ("1.5e-05", "1.5e-05"), ("", None), ("none", None), ("sk-canary", None), ("1,5", None)],
)
def test_a_cost_in_the_head_is_kept_where_it_is_a_number(header: str, kept: str | None) -> None:
    assert answer((("x-litellm-response-cost", header),), b"{}").cost_header == kept


def test_a_call_without_an_answer_is_a_reading() -> None:
    reading = unanswered(call(), 1.5, "network_error")

    assert (reading.outcome, reading.status, reading.streamed, reading.response_bytes) == (
        "network_error",
        None,
        None,
        None,
    )
    assert (reading.model_requested, reading.provider, reading.duration_ms) == ("asked-for", "openai", 1500)
    assert (reading.ttfb_ms, reading.overhead_us, reading.usage) == (None, None, Usage())


def test_tags_and_identity_go_through() -> None:
    claimed = call_of(request_to("POST", OPENAI), call_id="made", started_at=7, tags={"x-team": "a"})
    assert claimed is not None

    reading = Meter(claimed, Response(200)).close(1.0)

    assert (reading.id, reading.started_at, reading.tags) == ("made", 7, {"x-team": "a"})


@pytest.mark.parametrize(("stream", "asks"), [(True, True), (False, False), (None, False), (1, False)])
def test_the_meter_knows_whether_a_stream_is_asked_for(stream: object, asks: bool) -> None:
    claimed = call(body={"model": "m", "stream": stream})

    assert Meter(claimed, Response(200)).asks_stream is asks


def fail(*_arguments: object) -> Never:
    raise KeyError("a fault of ours")


@pytest.mark.parametrize("part", ["fold", "has_content", "usage"])
def test_a_dialect_that_raises_is_recorded(part: str) -> None:
    broken: dict[str, Any] = {part: fail}
    dialect = replace(openai_chat.DIALECT, **broken)
    reader = Meter(replace(call(), dialect=dialect), Response(200, STREAM))

    reader.feed(event(model="told", usage={"prompt_tokens": 5}), 0.5)
    reader.feed(b"data: [DONE]\n\n", 0.6)
    reading = reader.close(1.0)

    assert isinstance(reader.failure, KeyError)
    assert (reading.meter_failed, reading.usage, reading.model_requested) == (True, Usage(), "asked-for")
    assert (reading.status, reading.ttfb_ms, reading.duration_ms) == (200, 500, 1000)


@pytest.mark.parametrize("headers", [STREAM, PLAIN], ids=["stream", "plain"])
def test_a_dialect_that_raises_at_the_end_is_recorded(headers: tuple[tuple[str, str], ...]) -> None:
    dialect = replace(openai_chat.DIALECT, fold=fail)
    reader = Meter(replace(call(), dialect=dialect), Response(200, headers))

    reader.feed(b"data: 7" if headers == STREAM else b"{}", 0.5)
    reading = reader.close(1.0)

    assert isinstance(reader.failure, KeyError)
    assert reading.meter_failed


def test_after_a_fault_bytes_are_still_counted() -> None:
    dialect = replace(openai_chat.DIALECT, fold=fail)
    reader = Meter(replace(call(), dialect=dialect), Response(200, STREAM))

    for _ in range(3):
        reader.feed(event(), 0.5)

    assert reader.close(1.0).response_bytes == 3 * len(event())


def test_a_deviation_that_raises_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Mapping[str, tuple[Quirk, ...]] = {"openai_chat": (fail,)}
    monkeypatch.setattr(module, "provider_of", lambda *_: Provider("broken", (), None, broken))
    reader = meter()
    reader.feed(event(usage={"prompt_tokens": 5}), 0.5)

    reading = reader.close(1.0)

    assert isinstance(reader.failure, KeyError)
    assert (reading.meter_failed, reading.usage, reading.provider) == (True, Usage(), "broken")
    assert reading.raw_usage == {"prompt_tokens": 5}


def test_the_size_of_a_request_is_that_on_the_wire() -> None:
    claimed = call()
    compressed = replace(claimed, request=replace(claimed.request, body_bytes=17))

    assert Meter(compressed, Response(200)).close(1.0).request_bytes == 17


@pytest.mark.parametrize("host", ["user:password@localhost", "user:password@api.x.ai", "password@llm"])
def test_a_user_and_a_password_before_the_host_are_never_stored(host: str) -> None:
    claimed = call()
    reading = Meter(replace(claimed, request=replace(claimed.request, host=host)), Response(200)).close(1.0)

    assert (reading.host, b"password" in encode(reading)) == ("unknown", False)
