"""What the meter does with bytes that nobody should send: no fault, and nothing unsafe to store."""

import gzip
import json
import tracemalloc
from collections.abc import Callable

import brotli
import pytest
import zstandard
from farebox.metering.meter import Meter
from farebox.records.exchange import Response
from farebox.records.reading import encode
from farebox.records.usage import Usage
from farebox.wire import document, sse
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import ANTHROPIC, OPENAI, PLAIN, STREAM, answer, call, chunk, event, meter


@pytest.mark.parametrize(
    "body",
    [
        *(b"[]", b"null", b"7", b'"text"', b'{"choices": {}}', b'{"choices": [null]}', b'{"choices": [[]]}'),
        *(b'{"choices": [{"delta": []}]}', b'{"choices": [{"finish_reason": {}}]}', b'{"error": [1]}'),
        *(b'{"model": {}, "id": 7, "service_tier": [1]}', b'{"x_groq": [], "object": "error"}', b'{"type": ["x"]}'),
        *(b'{"type": "message", "usage": 7}', b'{"type": "error", "error": 7}', b'{"type": "message_start"}'),
        *(b'{"type": "message_delta", "delta": 7}', b'{"type": "message_start", "message": []}'),
    ],
)
@pytest.mark.parametrize("url", [OPENAI, ANTHROPIC])
def test_a_document_of_another_shape_is_no_harm(url: str, body: bytes) -> None:
    assert answer(PLAIN, body, url).usage == Usage()
    assert answer(STREAM, b"data: " + body + b"\n\n", url).usage == Usage()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "choices", "usage", "delta", "error", "model", "message", "prompt_tokens", "x_groq"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from([OPENAI, ANTHROPIC]),
)
def test_no_document_makes_the_meter_fail(document: object, url: str) -> None:
    body = json.dumps(document).encode()

    answer(PLAIN, body, url)
    answer(STREAM, b"data: " + body + b"\n\n", url)


@given(st.binary(max_size=200), st.sampled_from([STREAM, PLAIN, ()]))
def test_noise_never_makes_the_meter_fail(body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    answer(headers, body)


@pytest.mark.parametrize(
    ("model", "stored"),
    [
        ("gpt\0-4o", "gpt�-4o"),
        ("\ud800", "?"),
        ("x" * 10_000, None),
        ("Größe-🛶", "Größe-🛶"),
        ("what is a model?", None),
        ("", None),
        (7, None),
        (None, None),
    ],
    ids=["NUL", "lone surrogate", "10,000 characters", "wide", "prose", "empty", "number", "null"],
)
@pytest.mark.parametrize("url", [OPENAI, ANTHROPIC])
def test_a_model_name_is_made_storable(url: str, model: object, stored: str | None) -> None:
    claimed = call(url, {"model": model})
    reader = Meter(claimed, Response(200, PLAIN))
    reader.feed(json.dumps({"type": "message", "model": model}).encode(), 0.5)

    reading = reader.close(1.0)

    assert (reading.model_requested, reading.model_returned) == (stored, stored)
    assert encode(reading)


def test_prose_is_kept_out_of_every_column() -> None:
    canary = "Dear Ms Example, your key is sk-made-up-0123456789abcdef"
    error = {"message": canary, "type": canary, "code": canary, "param": canary}
    choice = {"message": {"content": canary}, "finish_reason": canary}
    body = {"choices": [choice], "error": error, "service_tier": canary, "usage": {"note": canary, canary: 1}}

    reading = answer((*PLAIN, ("x-request-id", canary)), json.dumps(body).encode())

    assert canary.encode() not in encode(reading)
    assert b"Example" not in encode(reading)


def test_invalid_utf_8_spoils_nothing_else() -> None:
    body = b'data: {"choices":[{"delta":{"content":"\xff\xe2\x82"}}],"usage":{"prompt_tokens":5},"model":"m\xff"}\n\n'

    reading = answer(STREAM, body)

    assert (reading.usage.input_tokens, reading.model_returned, reading.output_chunks) == (5, "m�", 1)


def test_a_broken_event_spoils_only_itself() -> None:
    body = event(usage={"prompt_tokens": 5}) + b"data: {broken\n\n" + chunk({}, "stop") + b"data: [DONE]\n\n"

    reading = answer(STREAM, body)

    assert (reading.usage.input_tokens, reading.finish_reason, reading.outcome) == (5, "stop", "ok")


@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_json_is_no_harm(depth: int) -> None:
    deep = b'{"usage": {"prompt_tokens": 5, "deep": ' + b"[" * depth + b"]" * depth + b"}}"

    assert answer(PLAIN, deep).usage in {Usage(), Usage(input_tokens=5)}
    assert answer(STREAM, b"data: " + deep + b"\n\n" + chunk({}, "stop")).finish_reason == "stop"


@pytest.mark.parametrize(
    ("encoding", "damaged"),
    [
        ("gzip", b"not gzip at all"),
        ("gzip", gzip.compress(event(usage={"prompt_tokens": 5}))[:-12] + b"\xff" * 12),
        ("br", b"\xff\xff\xff\xff"),
        ("zstd", b"not zstd at all"),
        ("deflate", b"\x07\x00\xff"),
        ("rot13", b"data: {}\n\n"),
    ],
    ids=["no gzip", "damaged gzip", "no brotli", "no zstd", "no deflate", "unknown"],
)
def test_a_body_that_cannot_be_decoded_is_the_peers_fault(encoding: str, damaged: bytes) -> None:
    reader = meter((*STREAM, ("content-encoding", encoding)))

    for _ in range(3):
        reader.feed(damaged, 0.5)
    reading = reader.close(1.0)

    assert reader.failure is None
    assert (reading.meter_failed, reading.response_bytes, reading.status) == (False, 3 * len(damaged), 200)
    assert reading.model_requested == "asked-for"


def test_a_gzip_that_is_cut_keeps_what_it_told() -> None:
    body = gzip.compress(event(usage={"prompt_tokens": 5}) + event(noise=list(range(5000))))
    reader = meter((*STREAM, ("content-encoding", "gzip")))

    reader.feed(body[: len(body) // 2], 0.5)

    assert reader.close(1.0, "provider_cut").usage.input_tokens == 5


def test_a_body_over_the_limit_is_counted_and_no_longer_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "BODY_LIMIT", 1000)
    reader = meter(PLAIN)

    for _ in range(5):
        reader.feed(b" " * 500, 0.5)
    reading = reader.close(1.0)

    assert reader.failure is None
    assert (reading.response_bytes, reading.usage, reading.outcome) == (2500, Usage(), "ok")


def test_a_body_at_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"usage": {"prompt_tokens": 5}}'
    monkeypatch.setattr(document, "BODY_LIMIT", len(body))

    assert answer(PLAIN, body).usage.input_tokens == 5


def test_an_event_over_the_limit_keeps_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "EVENT_LIMIT", 1000)
    reader = meter()

    reader.feed(event(model="told"), 0.5)
    for _ in range(5):
        reader.feed(b"data: " + b"x" * 500, 0.6)
    reading = reader.close(1.0)

    assert reader.failure is None
    assert reading.model_returned == "told"


def test_a_large_event_is_read() -> None:
    image = chunk({"content": "x" * 4_000_000}, usage={"prompt_tokens": 5})
    reader = meter()

    for place in range(0, len(image), 65_536):
        reader.feed(image[place : place + 65_536], 0.5)

    assert reader.close(1.0).usage.input_tokens == 5


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 1),
    "br": lambda body: bytes(brotli.compress(body, quality=2)),
    "zstd": lambda body: zstandard.ZstdCompressor(1).compress(body),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_little_memory(name: str) -> None:
    bomb = BOMBS[name](b"\0" * (128 << 20))
    reader = meter((*PLAIN, ("content-encoding", name)))
    tracemalloc.start()

    reader.feed(bomb, 0.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert reader.close(1.0).is_unreadable
    assert peak < 100 << 20


@pytest.mark.parametrize("line", [b"\n", b": hush\n", b"data: {}\n\n"], ids=["blank", "comments", "documents"])
def test_a_stream_that_says_too_much_at_once_is_not_read_on(line: bytes) -> None:
    reader = meter((*STREAM, ("content-encoding", "gzip")))

    reader.feed(gzip.compress(line * (4 << 20)), 0.5)

    assert reader.close(1.0).is_unreadable


def test_documents_beyond_what_a_read_can_hold_are_not_read() -> None:
    """Each takes time in which no other call goes on, however few bytes they are."""
    reader = meter((*STREAM, ("content-encoding", "gzip")))

    reader.feed(gzip.compress(b'data: {"usage": {"prompt_tokens": 1}}\n\n' + b"data: {}\n\n" * 30_000), 0.5)
    reader.feed(gzip.compress(b'data: {"usage": {"prompt_tokens": 2}}\n\n'), 0.6)

    found = reader.close(1.0)
    assert (found.is_unreadable, found.usage.input_tokens) == (True, 1)


@pytest.mark.parametrize("element", [b"{},", b'"",'], ids=["objects", "texts"])
def test_an_array_that_says_too_much_at_once_is_not_read_on(element: bytes) -> None:
    reader = meter((*PLAIN, ("content-encoding", "gzip")))

    reader.feed(gzip.compress(b"[" + element * (4 << 20)), 0.5)

    assert reader.close(1.0).is_unreadable


def test_an_id_that_is_prose_or_a_key_is_not_kept() -> None:
    sent = {
        "id": "sk-proj-abcdefghijklmnopqrstuvwx the quick brown fox",
        "service_tier": "Bearer:sk-abcdefghijklmnopqrst",
    }

    reading = answer(PLAIN, json.dumps(sent).encode())

    assert (reading.response_id, reading.service_tier) == (None, None)
