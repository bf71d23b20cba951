"""Promises about every case file: its record, in any cut and encoding, and wherever the reply is cut short."""

import gzip
import re
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from farebox.dialects import DIALECTS
from farebox.records import reading
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import FOLDER, Case, cases, columns
from tests.support.cuts import byte_by_byte, pieces
from tests.support.effort import lengths

CASES = list(cases())
BY_NAME = {case.name: case for case in CASES}
ENDS = {
    "bedrock_converse": re.compile(rb":event-type.{3}metadata.*\Z", re.DOTALL),
    "bedrock_invoke": re.compile(rb"\A\0.*\Z", re.DOTALL),
    "gemini_interactions": re.compile(rb'^data: ?\{.*"event_type": "interaction.completed".*\}[\r\n]', re.MULTILINE),
    "openai_chat": re.compile(rb"^data: ?\[DONE\]", re.MULTILINE),
    "anthropic_messages": re.compile(rb'^data: ?\{"type":"message_stop" *\}[\r\n]', re.MULTILINE),
    "openai_completions": re.compile(rb"^data: ?\[DONE\]", re.MULTILINE),
    "anthropic_complete": re.compile(rb'^data: ?\{.*"stop_reason": "[^"]+".*\}[\r\n]', re.MULTILINE),
    "openai_responses": re.compile(
        rb'^data: ?\{.*"type":"response\.(completed|incomplete|failed)".*\}[\r\n]', re.MULTILINE
    ),
    "openai_images": re.compile(rb'^data: ?\{"type":"image_generation\.completed".*\}[\r\n]', re.MULTILINE),
    "openai_speech": re.compile(rb'^data: ?\{"type":"speech\.audio\.done".*\}[\r\n]', re.MULTILINE),
    "openai_transcription": re.compile(rb'^data: ?\{"type":"transcript\.text\.done".*\}[\r\n]', re.MULTILINE),
    "openai_assistants_runs": re.compile(rb"^data: ?\[DONE\]", re.MULTILINE),
    "mistral_conversations": re.compile(rb'^data: ?\{"type":"conversation\.response\.done".*\}[\r\n]', re.MULTILINE),
    "cohere_chat": re.compile(rb'^data: ?\{"type":"message-end".*\}[\r\n]|^\{"is_finished":true.*\}$', re.MULTILINE),
    "cohere_generate": re.compile(rb'^\{"is_finished":true.*\}$', re.MULTILINE),
    "llamacpp_completion": re.compile(rb'^data: ?\{.*"stop":true.*\}[\r\n]', re.MULTILINE),
    "ollama_chat": re.compile(rb'^\{.*"done":true.*\}$', re.MULTILINE),
    "ollama_generate": re.compile(rb'^\{.*"done":true.*\}$', re.MULTILINE),
}
# Where the provider itself states less at the end than before.
SHRINKING = {
    "anthropic_messages/end_without_output",
    "gemini_generate/streamed_prompt_shrinks",
    "anthropic_messages/compaction_beside_totals",
}
ENCODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "br": ("br", lambda body: bytes(brotli.compress(body))),
    "zstd": ("zstd", lambda body: zstandard.ZstdCompressor().compress(body)),
    "deflate": ("deflate", zlib.compress),
    "deflate without header": ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    "br in gzip": ("br, gzip", lambda body: gzip.compress(brotli.compress(body))),
}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def is_within(part: int | None, whole: int | None) -> bool:
    """Return whether a count that may be unknown is no more than that of the whole answer."""
    return part is None or (whole is not None and part <= whole)


def complete_at(case: Case) -> int | None:
    """Return how many bytes of the reply a client needs to take the answer for complete; None if it never may."""
    mark = ENDS.get(case.path.parent.name)
    if case.body.startswith(b"[") or (case.body.startswith(b"{") and not _is_lines(case)):
        return len(case.body.rstrip())
    end = mark and mark.search(case.body)
    return end.end() if end else None


def _is_lines(case: Case) -> bool:
    return b"}\n{" in case.body.replace(b"\r", b"")


WITH_END = [case.name for case in CASES if complete_at(case)]


@each_case
def test_case(case: Case) -> None:
    assert columns(case.read([case.body])) == case.record


@each_case
def test_one_dialect_claims_a_request(case: Case) -> None:
    assert [dialect.name for dialect in DIALECTS if dialect.claims(case.request)] == [case.path.parent.name]


def test_every_dialect_has_cases() -> None:
    assert {dialect.name for dialect in DIALECTS} == {folder.name for folder in FOLDER.iterdir()}


def test_every_case_states_its_promise() -> None:
    promises = [case.promise for case in CASES]

    assert all(promise.endswith(".") for promise in promises)
    assert all(promise.count("\n") == 0 for promise in promises)


@each_case
def test_byte_by_byte_is_the_same(case: Case) -> None:
    assert case.read(byte_by_byte(case.body)) == case.read([case.body])


@given(st.sampled_from(sorted(BY_NAME)), st.lists(st.integers(0, 4000), max_size=12))
def test_any_cut_is_the_same(name: str, cuts: list[int]) -> None:
    case = BY_NAME[name]

    assert case.read(pieces(case.body, cuts)) == case.read([case.body])


@pytest.mark.parametrize("encoding", ENCODINGS)
@each_case
def test_any_content_encoding_is_the_same(case: Case, encoding: str) -> None:
    name, encode = ENCODINGS[encoding]
    body = encode(case.body)
    header = ("content-encoding", name)

    assert columns(case.read([body], header)) == case.record
    assert columns(case.read(byte_by_byte(body), header)) == case.record


@each_case
def test_cut_short_anywhere_never_raises(case: Case) -> None:
    end = complete_at(case)
    is_error = case.response.status >= 400 or b'{"error"' in case.body
    is_error = is_error or "error_code" in case.record or "error_type" in case.record

    for length in lengths(case.body):
        meter = case.meter_after(case.body[:length])
        cut = meter.close(1.0, reading.CLIENT_ABORT)

        assert meter.failure is None
        assert meter.is_complete == (end is not None and length >= end)
        if not is_error:
            assert cut.outcome == (reading.OK if meter.is_complete else reading.CLIENT_ABORT)


@each_case
def test_a_stream_cut_short_is_not_ok(case: Case) -> None:
    """Without an end mark or a finish reason, the end of a stream is no good end."""
    for length in lengths(case.body):
        meter = case.meter_after(case.body[:length])
        cut = meter.close(1.0)

        assert meter.failure is None
        if cut.streamed and not meter.is_complete and cut.finish_reason is None:
            assert cut.outcome in {reading.PROVIDER_CUT, reading.HTTP_ERROR}


@each_case
def test_a_stream_is_complete_at_the_earliest_byte(case: Case) -> None:
    """A client that has these bytes may hang up: by then the call must count as complete."""
    end = complete_at(case)
    meter = case.meter()

    seen = []
    for byte in byte_by_byte(case.body):
        meter.feed(byte, 0.5)
        seen.append(meter.is_complete)

    assert seen == [end is not None and place + 1 >= end for place in range(len(case.body))]


@given(st.sampled_from(WITH_END), st.integers(0, 40), st.integers(0, 40))
def test_bytes_around_the_end_mark_do_not_delay_it(name: str, before: int, after: int) -> None:
    case = BY_NAME[name]
    end = complete_at(case) or 0
    meter = case.meter_after(case.body[: end - before])

    meter.feed(case.body[end - before : end + after], 0.5)

    assert meter.is_complete


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in SHRINKING], ids=lambda case: case.name)
def test_a_cut_reply_reports_no_more_than_the_whole(case: Case) -> None:
    whole = case.read([case.body]).usage

    for length in lengths(case.body):
        usage = case.meter_after(case.body[:length]).close(1.0, reading.CLIENT_ABORT).usage

        assert is_within(usage.input_tokens, whole.input_tokens)
        assert is_within(usage.output_tokens, whole.output_tokens)
