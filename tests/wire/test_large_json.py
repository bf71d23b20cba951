"""The first and the last members of a large object are read, and nothing that depends on its length."""

import json
from typing import Any

import pytest
from farebox.errors import WireError
from farebox.records.params import UNREAD
from farebox.wire import large_json
from farebox.wire.document import decode
from farebox.wire.large_json import (
    DECODED_BYTES,
    DECODED_CONTAINERS,
    END_BYTES,
    END_MARKS,
    END_MEMBERS,
    is_large,
    outer_members,
)
from hypothesis import given, settings
from hypothesis import strategies as st

LARGE: dict[str, Any] = {
    "string": "x" * (3 * END_BYTES),
    "escapes": ['\\"{' * 9] * 30_000,
    "lists": [[1] * 9] * 30_000,
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text('a"\\/{}[]:, \n\u00e9\U0001f6f6'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\:,}'), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text('bc"\\:,{}'), VALUES, max_size=4)


@given(OBJECTS, st.sampled_from([None, 1]), st.booleans())
def test_an_object_within_one_end_is_read_whole(members: dict[str, Any], indent: int | None, has_ascii: bool) -> None:
    body = json.dumps(members, indent=indent, ensure_ascii=has_ascii).encode()

    assert outer_members(body) == members


@given(OBJECTS, OBJECTS, st.sampled_from(sorted(LARGE)))
@settings(max_examples=40, deadline=None)
def test_members_around_a_large_one_are_read(first: dict[str, Any], last: dict[str, Any], shape: str) -> None:
    body = json.dumps({**first, "messages": LARGE[shape], **last}).encode()

    assert outer_members(body) == {**first, "messages": UNREAD, **last}


def test_members_between_the_ends_are_missing() -> None:
    body = json.dumps({"model": "m", "a": LARGE["string"], "between": 1, "b": LARGE["lists"], "stream": True}).encode()

    assert outer_members(body) == {"model": "m", "a": UNREAD, "stream": True}


@pytest.mark.parametrize(
    ("body", "members"),
    [
        (b"", {}),
        (b" \r\n", {}),
        (b'["model"]', {}),
        (b'"model"', {}),
        (b"model=m", {}),
        (b"\xef\xbb\xbf{}", {}),
        (b'\r\n\t {"a" : 1 , "b" :\t[2]\n} \n', {"a": 1, "b": [2]}),
        (b"{}", {}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": nope, "b": 2}', {"a": UNREAD, "b": 2}),
        (b'{"\\q": 1, "b": 2}', {"b": 2}),
        (b'{"\\u0061": 1}', {"a": 1}),
        (b'{"a": {"b": {"c": 1}}, "d": [{"e": 2}]}', {"a": {"b": {"c": 1}}, "d": [{"e": 2}]}),
        (b'{"a": "b", "c": "d"}', {"a": "b", "c": "d"}),
        (b'{"a": 1, "b": [2', {"a": 1, "b": UNREAD}),
        (b'{"a": 1, "b": "cut { off', {"a": 1, "b": UNREAD}),
        (b'{"a": 1, "cut', {"a": UNREAD}),
        (b'{"a": 1}, "b": 2', {"a": 1}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_whole_object_tells_what_it_can(body: bytes, members: dict[str, Any]) -> None:
    assert outer_members(body) == members


def test_a_key_is_not_taken_from_a_string_that_the_cut_begins_within() -> None:
    """At the cut, an escaped quote cannot be told from one that begins a string."""
    last = b'"model": 1, "stream": true}'
    for length in range(len(last), len(last) + 4):
        body = b'{"a": "' + b"x" * 2 * END_BYTES + b'\\"' * 9 + b'", ' + last
        padded = body + b" " * (END_BYTES - length)
        assert outer_members(padded).items() <= {"a": UNREAD, "model": 1, "stream": True}.items()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[" * (32 << 10), False),
        (b"[" * DECODED_CONTAINERS + b" " * (32 << 10), False),
        (b"[" * DECODED_CONTAINERS + b"{" + b" " * (32 << 10), True),
        (b" " * DECODED_BYTES, False),
        (b" " * (DECODED_BYTES + 1), True),
    ],
    ids=["small", "containers", "one container more", "bytes", "one byte more"],
)
def test_a_body_is_large_by_its_bytes_or_its_containers(body: bytes, expected: bool) -> None:
    assert is_large(body) is expected


def counted(monkeypatch: pytest.MonkeyPatch, body: bytes) -> tuple[dict[str, Any], int, int]:
    """Return the outer members, how many bytes were decoded for them, and how many marks were visited."""
    decoded, marks = [0], [0]
    each = large_json._marks

    def counting(raw: bytes) -> Any:
        decoded[0] += len(raw)
        return decode(raw)

    def visiting(*arguments: Any) -> Any:
        for mark in each(*arguments):
            marks[0] += mark is not large_json._PAUSE
            yield mark

    monkeypatch.setattr(large_json, "decode", counting)
    monkeypatch.setattr(large_json, "_marks", visiting)
    members = outer_members(body)
    return members, decoded[0], marks[0]


@pytest.mark.parametrize(
    "value",
    [
        b'"' + b"x" * (4 << 20) + b'"',
        b"[" + b'{"role":"user","content":"Hello"},' * 100_000 + b"1]",
        b"[" + (b"[" * 200 + b"]" * 200 + b",") * 10_000 + b"1]",
        b"[" + b"1," * (2 << 20) + b"1]",
        b'{"a":' * 500_000 + b"1" + b"}" * 500_000,
    ],
    ids=["string", "messages", "nested lists", "numbers", "nested objects"],
)
def test_the_work_does_not_grow_with_the_body(monkeypatch: pytest.MonkeyPatch, value: bytes) -> None:
    last = b'"tools":' + b"[" + b"7," * 9_000 + b'1],"stream":true}'
    members, decoded, marks = counted(monkeypatch, b'{"model":"m","messages":' + value + b"," + last)

    assert members.keys() == {"model", "messages", "tools", "stream"}
    assert decoded <= 2 * END_BYTES
    assert marks <= 2 * END_MARKS


def test_of_very_many_members_the_first_and_the_last_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({str(number): number for number in range(100_000)}).encode()
    members, _, _ = counted(monkeypatch, body)

    assert list(members.values()) == [*range(END_MEMBERS), *range(100_000 - END_MEMBERS, 100_000)]


def test_marks_are_visited_up_to_a_limit_at_each_end() -> None:
    """Beside the pairs, these are marks: the first brace, two keys, and the brackets of the array."""
    fits = (END_MARKS - 5) // 2
    for pairs, is_read in ((fits, True), (fits + 1, False)):
        body = b'{"a":[' + b"[]" * pairs + b'],"b":' + b"[]" * (2 * END_MARKS) + b"}"
        assert ("a" in outer_members(body)) is True
        assert ("b" in outer_members(body)) is is_read


@given(st.binary(max_size=80))
def test_noise_never_raises(noise: bytes) -> None:
    assert isinstance(outer_members(b"{" + noise + b"}"), dict)


def test_a_value_that_no_decoder_reads_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(raw: bytes) -> Any:
        raise WireError(raw.decode())

    monkeypatch.setattr(large_json, "decode", failing)

    assert outer_members(b'{"a": 1}') == {}


@given(st.binary().map(lambda some: bytes(b'a"\\\n'[byte % 4] for byte in some)))
def test_a_string_ends_where_its_pattern_says(text: bytes) -> None:
    for find, pattern in (
        (large_json._string_end, large_json._STRING),
        (large_json._reversed_string_end, large_json._REVERSED_STRING),
    ):
        found = pattern.match(text, 1) if text else None
        assert find(b'"' + text[1:], 1) == (found.end() if found else -1)
