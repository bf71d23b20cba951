"""The meter: how an answer is recognised by what it is, and when it is too damaged or too large to be read."""

import gzip
import json

import pytest
from farebox.metering.meter import Meter
from farebox.records.exchange import Response

from tests.support.answers import PLAIN, STREAM, answer, call, chunk, event, meter

OWN_SERVER = "http://gpu-1.example.net:8000/v1/chat/completions"
COMPLETION = {"choices": [{"message": {"content": "The"}}], "usage": {"prompt_tokens": 5, "completion_tokens": 1}}


@pytest.mark.parametrize(
    ("headers", "more", "provider"),
    [
        ((*PLAIN, ("server", "llama.cpp")), {}, "llamacpp"),
        ((*PLAIN, ("x-litellm-version", "1.108.7")), {}, "litellm"),
        (PLAIN, {"system_fingerprint": "fp_ollama"}, "ollama"),
        (PLAIN, {}, "unknown"),
    ],
)
def test_a_server_of_ones_own_is_named_by_its_answer(
    headers: tuple[tuple[str, str], ...], more: dict[str, str], provider: str
) -> None:
    assert answer(headers, json.dumps(COMPLETION | more).encode(), OWN_SERVER).provider == provider


def test_an_answer_without_a_type_is_what_was_asked_for() -> None:
    asked = call(body={"model": "asked-for"})
    reader = Meter(asked, Response(200))

    reader.feed(json.dumps(COMPLETION).encode(), 0.5)
    reading = reader.close(1.0)

    assert (reading.streamed, reading.usage.input_tokens) == (False, 5)


def test_a_damaged_document_is_unreadable_and_a_damaged_event_is_not() -> None:
    document = answer(PLAIN, json.dumps(COMPLETION).encode()[:-9])
    stream = answer(STREAM, b"data: {broken\n\n" + event(**COMPLETION) + b"data: [DONE]\n\n")

    assert (document.is_unreadable, document.outcome) == (True, "ok")
    assert (stream.is_unreadable, stream.outcome, stream.usage.input_tokens) == (False, "ok", 5)


@pytest.mark.parametrize(("megabytes", "is_unreadable"), [(1, False), (8, True)])
def test_one_read_of_a_document_may_decompress_to_so_much(*, megabytes: int, is_unreadable: bool) -> None:
    reader = meter((*PLAIN, ("content-encoding", "gzip")))

    reader.feed(gzip.compress(json.dumps(COMPLETION).encode() + b" " * ((megabytes << 20) - 1000)), 0.5)
    reading = reader.close(1.0)

    assert reading.is_unreadable == is_unreadable
    assert reading.usage.input_tokens == (None if is_unreadable else 5)


@pytest.mark.parametrize(("megabytes", "is_unreadable"), [(1, False), (8, True)])
def test_one_read_of_a_stream_may_decompress_to_so_much(*, megabytes: int, is_unreadable: bool) -> None:
    comments = b":" + b" " * 1023
    reader = meter((*STREAM, ("content-encoding", "gzip")))

    reader.feed(gzip.compress(chunk({"content": "The"}) + comments * (megabytes << 10)), 0.5)

    assert reader.close(1.0).is_unreadable == is_unreadable
