"""The head of a JSON document that is cut off tells what it has told."""

import json
import math

import pytest
from farebox.errors import WireError
from farebox.wire.truncated_json import partial_document
from hypothesis import given
from hypothesis import strategies as st

REQUEST = json.dumps(
    {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Flüsse 🛶 \\ \n"}], "n": 1.5},
    ensure_ascii=False,
).encode()


@given(st.integers(1, len(REQUEST)))
def test_any_head_tells_what_came_before_the_cut(length: int) -> None:
    told = partial_document(REQUEST[:length])

    model_ends = REQUEST.index(b'"stream"') - 2
    stream_ends = REQUEST.index(b'"messages"') - 2
    assert told.get("model") == ("gpt-4o" if length >= model_ends else None)
    assert told.get("stream") == (True if length >= stream_ends else None)


def test_a_whole_document_is_read_whole() -> None:
    assert partial_document(REQUEST) == json.loads(REQUEST)


@pytest.mark.parametrize(
    ("head", "value"),
    [
        (b'{"model": "gpt-4', {}),
        (b'{"model": "gpt-4o", "user": "Ada Lov', {"model": "gpt-4o"}),
        (b'{"model": "gpt-4o", "max_tokens": 12', {"model": "gpt-4o"}),
        (b'{"max_tokens": -1.5e+', {}),
        (b'{"max_tokens": 12,', {"max_tokens": 12}),
        (b'{"stream": tru', {}),
        (b'{"stream": true', {"stream": True}),
        (b'{"stream": false', {"stream": False}),
        (b'{"stream": true, "mod', {"stream": True}),
        (b'{"options": {"temperature": 0.5, "stop": ["a", "b', {"options": {"temperature": 0.5, "stop": ["a"]}}),
        (b'{"n": 1, "n": 2, "messages": [', {"n": 2, "messages": []}),
        (b"[1, 2", [1]),
    ],
    ids=[
        "string",
        "later string",
        "number",
        "fraction",
        "end of number",
        "word",
        "true",
        "false",
        "key",
        "within an object",
        "a key twice",
        "list",
    ],
)
def test_a_value_that_is_cut_is_missing(head: bytes, value: object) -> None:
    assert partial_document(head) == value


def test_a_cut_within_a_character_is_no_harm() -> None:
    head = '{"model": "gpt-4o", "messages": "🛶'.encode()

    assert [partial_document(head[:-cut])["model"] for cut in (1, 2, 3)] == ["gpt-4o"] * 3


@pytest.mark.parametrize(
    "head",
    [b"", b"  ", b"<html>", b"model=gpt-4o", b'{"a": "\xff"}', b"[" * 10_000, b'{"a": ' + b"9" * 9000 + b"}"],
    ids=["empty", "blank", "HTML", "form", "invalid UTF-8", "deep", "absurd number"],
)
def test_what_is_no_document_is_the_peers_fault(head: bytes) -> None:
    with pytest.raises(WireError, match="not the head of a JSON document"):
        partial_document(head)


def test_infinity_is_no_harm() -> None:
    assert partial_document(b'{"temperature": 1e999, "model": "x", "messages": [') == {
        "temperature": math.inf,
        "model": "x",
        "messages": [],
    }


@given(st.binary(max_size=60))
def test_noise_is_the_peers_fault_or_a_value(head: bytes) -> None:
    try:
        value = partial_document(b'{"model": "gpt-4o", ' + head)
    except WireError:
        return
    assert isinstance(value, dict)
