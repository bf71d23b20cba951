"""A large document without its bulk says and measures the same, however its bytes are cut."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from farebox.errors import WireError
from farebox.records.answer_kinds import kinds_in
from farebox.records.text_size import Shortened, content_bytes
from farebox.wire.document import decode
from farebox.wire.shortened_json import LONG, ShortenedJson
from hypothesis import given
from hypothesis import strategies as st

_PARTS = ["a", "words ", 'b"', "\\", "ö", "中", "😀", "\n", "\ud83d", "\ude00", "\x01", "[1,2]", "{"]
_TEXTS = st.builds(
    lambda parts, size: "".join(parts) * (size // len("".join(parts))),
    st.lists(st.sampled_from(_PARTS), min_size=1, max_size=9),
    st.sampled_from([9, 200, LONG // 6, LONG - 1, LONG, LONG + 1, LONG + 2, 3 * LONG]),
)
_NUMBERS = st.builds(
    lambda few, times: few * times,
    st.lists(st.integers(-9, 9) | st.floats(), min_size=1, max_size=4),
    st.sampled_from([1, 30, 2_000]),
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _TEXTS | _NUMBERS | st.none() | st.booleans() | st.just({}),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["content", "text", "type", "input", "thinking", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
_CUTS = st.lists(st.sampled_from([1, 2, 5, 7, 1_000, LONG, 65_535]), min_size=1, max_size=5)


def _read(body: bytes, cuts: list[int]) -> ShortenedJson:
    reader, start, number = ShortenedJson(), 0, 0
    while start < len(body):
        # A thousand small pieces show what more of them would.
        size = cuts[number % len(cuts)] if number < 1_000 else 65_535
        reader.feed(body[start : start + size])
        reader.shorten()
        start, number = start + size, number + 1
    return reader


def _others(values: list[Any]) -> list[Any]:
    return [value for value in values if type(value) not in {int, float}]


def _differences(whole: Any, short: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(short, Shortened):
        is_like = whole.startswith(short) and short.whole_bytes == len(whole.encode("utf-8", "surrogatepass"))
        yield from () if is_like else ((whole, short),)
    elif isinstance(whole, dict) and whole.keys() == short.keys():
        for name, value in whole.items():
            yield from _differences(value, short[name])
    elif isinstance(whole, list) and len(_others(whole)) == len(_others(short)) and bool(whole) == bool(short):
        for one, other in zip(_others(whole), _others(short), strict=True):
            yield from _differences(one, other)
    elif json.dumps(whole) != json.dumps(short):
        yield whole, short


@given(_VALUES, _CUTS, st.booleans(), st.sampled_from([None, 2]))
def test_a_document_says_the_same_without_its_bulk(value: Any, cuts: list[int], ascii_only: bool, indent: Any) -> None:
    document = {"content": value, "bulk": "x" * 3 * LONG, "end": value}
    body = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    # Bytes that are no UTF-8 are read as clients read them.
    whole = decode(body)

    short = _read(body, cuts).value()

    assert list(_differences(whole, short)) == []
    assert content_bytes(short) == content_bytes(whole)
    assert kinds_in(short) == kinds_in(whole)


@given(_VALUES, _CUTS, st.floats(0, 1, exclude_max=True), st.sampled_from(list(b'"\\,[]{}u0 \xff\x01-')), st.booleans())
def test_a_damaged_document_is_as_unreadable(value: Any, cuts: list[int], at: float, byte: int, is_added: bool) -> None:
    body = bytearray(json.dumps({"content": value, "bulk": "x" * 3 * LONG, "end": value}).encode())
    place = int(at * len(body))
    body[place : place if is_added else place + 1] = bytes([byte])

    assert _is_json(lambda: _read(bytes(body), cuts).value()) == _is_json(lambda: decode(bytes(body)))


def _is_json(read: Any) -> bool:
    try:
        read()
    except WireError:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("word " * 400_000, 40_000),
        ('"wörd"\n' * 200_000, 40_000),
        ([[0.25, -1e-9] * 100_000] * 3, 1_000),
        ([{"embedding": [0.25] * 1536}] * 50, 5_000),
    ],
    ids=["text", "escapes", "numbers", "embeddings"],
)
def test_most_of_a_large_document_is_dropped_as_it_arrives(value: Any, kept: int) -> None:
    body = json.dumps({"data": value, "usage": {"prompt_tokens": 7}}).encode()

    reader = _read(body, [65_535])

    assert reader.size < kept
    assert reader.value()["usage"] == {"prompt_tokens": 7}


def test_a_small_document_keeps_its_texts() -> None:
    body = json.dumps({"text": "x" * (LONG + 9), "numbers": [1] * 2_000}).encode()

    assert _read(body, [1_000]).value() == json.loads(body)


@pytest.mark.parametrize("text", ["00", "ffffffffffffffffffffffffffffffff0", "0" * 33])
def test_no_string_of_a_document_stands_for_another(text: str) -> None:
    body = json.dumps({"bulk": "x" * 3 * LONG, "text": text}).encode()

    assert _read(body, [65_535]).value()["text"] == text


@pytest.mark.parametrize(
    "body", [b"", b"  \n", b'"' + b"x" * 50_000, b"[" + b"1," * 50_000, b"1" * 90_000, b"[" * 90_000]
)
def test_a_document_that_is_cut_off_is_none(body: bytes) -> None:
    with pytest.raises(WireError):
        _read(body, [65_535]).value()
