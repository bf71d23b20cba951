"""Lines of JSON: each document with its last brace, in any cut, in bounded memory."""

import json
import tracemalloc

import pytest
from farebox.errors import WireError
from farebox.wire import document
from farebox.wire.document import Document
from farebox.wire.ndjson import JsonLines
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces

items = st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.lists(st.integers(), max_size=3), max_size=4)


def read(reader: JsonLines, body: list[bytes]) -> list[object]:
    found = [line for piece in body for line in reader.feed(piece)]
    return [line.data for line in (*found, *reader.close())]


@given(
    st.lists(items, max_size=5),
    st.booleans(),
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b" \r\n\n"]),
    st.booleans(),
    st.lists(st.integers(0, 200), max_size=9),
)
def test_the_lines_are_documents_in_any_cut(
    lines: list[object], declared: bool, line_end: bytes, ends: bool, cuts: list[int]
) -> None:
    body = line_end.join(json.dumps(line).encode() for line in lines) + (line_end if ends else b"")
    reader = JsonLines(declared=declared)

    assert read(reader, pieces(body, cuts)) == lines
    assert reader.unreadable == 0


def test_a_document_is_handed_out_with_its_last_brace() -> None:
    reader = JsonLines(declared=True)

    assert list(reader.feed(b'{"done": {"a": 1}')) == []
    assert list(reader.feed(b"}")) == [Document("", {"done": {"a": 1}})]
    assert list(reader.feed(b"\r\n")) == []


def test_what_was_not_declared_is_a_stream_from_its_first_line_end() -> None:
    reader = JsonLines(declared=False)

    assert list(reader.feed(b"{}")) == []
    assert not reader.is_stream
    assert list(reader.feed(b"\n{}")) == [Document("", {}), Document("", {})]
    assert reader.is_stream


def test_one_document_that_ends_without_a_line_end_is_whole() -> None:
    reader = JsonLines(declared=False)

    assert list(reader.feed(b'{"a": 1}')) == []
    assert not reader.is_whole
    assert list(reader.close()) == [Document("", {"a": 1})]
    assert reader.is_whole


@pytest.mark.parametrize("declared", [True, False])
def test_one_document_over_several_lines_is_read(declared: bool) -> None:
    reader = JsonLines(declared=declared)

    assert read(reader, byte_by_byte(b'{\n  "error": {\n    "code": 7\n  }\n}\n')) == [{"error": {"code": 7}}]
    assert not reader.is_stream


@pytest.mark.parametrize(
    ("body", "lines", "unreadable"),
    [
        (b'{"a": }\n{"a": 1}\n', [{"a": 1}], 1),
        (b'{"a": 1}\n{"a": \n{"a": 2}\n', [{"a": 1}, {"a": 2}], 1),
        (b'{"a": 1}\n{"a": ', [{"a": 1}], 1),
        (b"{\n", [], 1),
        (b"{" + b'"a":[' * 100_000 + b"}\n{}\n", [{}], 1),
    ],
    ids=["first", "middle", "last", "never ends", "deep"],
)
def test_a_broken_line_spoils_only_itself(body: bytes, lines: list[object], unreadable: int) -> None:
    reader = JsonLines(declared=True)

    assert read(reader, [body]) == lines
    assert reader.unreadable == unreadable


def test_a_line_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "BODY_LIMIT", 100)
    reader = JsonLines(declared=True)
    list(reader.feed(b'{"a": 1}\n{"a": "' + b"x" * 80))

    with pytest.raises(WireError, match="longer than 100 bytes"):
        list(reader.feed(b"x" * 80))


@given(st.lists(st.binary(max_size=20) | st.sampled_from([b"{", b"}", b"\n", b"\r", b'"']), max_size=30))
def test_noise_never_raises(noise: list[bytes]) -> None:
    read(JsonLines(declared=True), [b"{", *noise])


def test_a_long_stream_takes_little_memory() -> None:
    reader = JsonLines(declared=True)
    tracemalloc.start()

    for _ in range(400):
        list(reader.feed(b'{"text": "' + b"x" * 10_000 + b'"}\n'))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1 << 20
