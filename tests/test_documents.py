"""Bodies as documents: whatever the content type says, in any cut."""

import json
import math
from collections.abc import Iterable

import pytest
from farebox.errors import WireError
from farebox.wire import documents as module
from farebox.wire.documents import Document, Documents, JsonDocument, SseDocuments, decode, documents
from hypothesis import given
from hypothesis import strategies as st

from .cuts import byte_by_byte, pieces

SSE = "text/event-stream"
JSON = "application/json"
DONE = Document("[DONE]", None)
MARK = b"\xef\xbb\xbf"

bodies = st.sampled_from(
    [
        b'data: {"a": 1}\n\ndata: {"a": 2}\n\ndata: [DONE]\n\n',
        b'event: e\r\ndata: {"a": 1}  \r\n\r\n: ping\r\n\r\ndata: [DONE]\r\n\r\n',
        b'data: {"a": 1}\rdata: {"a": 2}\r\r',
        b'data: {"a": 1}\ndata: {"a": 2}\ndata: [DONE]\n',
        b'data: {"a":\ndata: [1]\ndata: }\n\ndata: [1]\n\n',
        b'data: {"a": 1\n\ndata: {"a": 2}\n\n',
        b"data: [DONE] and more\n\n",
        b'id: 1\ndata: {"a": "\xe2\x82\xac"}',
        b'{"a": 1}',
        b' \n\n {"a":\n 1}\n',
        b'[{"a": 1}]',
        b"data",
        b"nothing of the kind",
        b"",
    ]
)


def read(reader: Documents, body: Iterable[bytes]) -> list[Document]:
    found = [document for piece in body for document in reader.feed(piece)]
    return [*found, *reader.close()]


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        pytest.param(SSE, b'data: {"a": 1}\n\ndata: [DONE]\n\n', [Document("", {"a": 1}), DONE], id="stream"),
        pytest.param(SSE, b"event: e\ndata: {}\n\n", [Document("e", {})], id="named"),
        pytest.param(SSE, b'data: {"a":\ndata: 1}\n\n', [Document("", {"a": 1})], id="over two lines"),
        pytest.param(SSE, b'data: {"a": 1}\ndata: [DONE]\n', [Document("", {"a": 1}), DONE], id="no blank lines"),
        pytest.param(SSE, b"data: 7\n\n", [Document("", 7)], id="a number"),
        pytest.param(SSE, b"data: {\n\ndata: {}\n\n", [Document("", {})], id="one is broken"),
        pytest.param(SSE, b'{"error": 1}', [Document("", {"error": 1})], id="an error typed as events"),
        pytest.param(JSON, b'{"a": 1}', [Document("", {"a": 1})], id="one document"),
        pytest.param(JSON, MARK + b'{"a": 1}', [Document("", {"a": 1})], id="byte order mark"),
        pytest.param(JSON, b'\n\n \n{"a": 1}\n', [Document("", {"a": 1})], id="blanks around"),
        pytest.param(JSON, b'data: {"a": 1}\n\n', [Document("", {"a": 1})], id="stream typed as JSON"),
        pytest.param("", b"\n\n: hi\n\ndata: {}\n\n", [Document("", {})], id="stream without a type"),
        pytest.param("text/plain", MARK + b"event: e\ndata: {}\n\n", [Document("e", {})], id="stream with a mark"),
        pytest.param(JSON, b"", [], id="empty"),
        pytest.param(JSON, b" \n", [], id="blank"),
        pytest.param("text/html", b"<html></html>", [], id="no document"),
    ],
)
def test_a_body_is_documents(content_type: str, body: bytes, expected: list[Document]) -> None:
    assert read(documents(content_type), [body]) == expected
    assert read(documents(content_type), byte_by_byte(body)) == expected


@given(st.sampled_from([SSE, JSON, ""]), st.sampled_from([b"", MARK]), bodies, st.lists(st.integers(0, 90), max_size=9))
def test_any_cut_is_the_same(content_type: str, mark: bytes, body: bytes, cuts: list[int]) -> None:
    body = mark + body
    whole, cut = documents(content_type), documents(content_type)

    found = read(cut, pieces(body, cuts))

    assert found == read(whole, [body])
    assert (cut.is_stream, cut.unreadable) == (whole.is_stream, whole.unreadable)


@pytest.mark.parametrize(
    ("content_type", "body", "is_stream"),
    [
        (SSE, b"", True),
        (JSON, b"data: {}\n\n", True),
        ("", b": comment", True),
        (JSON, b"{}", False),
        (JSON, b"dat", False),
        (JSON, b"", False),
        ("text/html", b"database", False),
    ],
)
def test_the_body_tells_whether_it_is_a_stream(content_type: str, body: bytes, is_stream: bool) -> None:
    reader = documents(content_type)

    read(reader, [body])

    assert reader.is_stream is is_stream


@pytest.mark.parametrize(
    ("reader", "body", "unreadable"),
    [
        (SseDocuments(), b"data: {\n\ndata: nothing\n\ndata: {}\n\n", 2),
        (SseDocuments(), b'data: {"cut": ', 1),
        (JsonDocument(), b'{"cut": ', 1),
        (documents(""), b"<html>", 1),
        (documents(""), b"", 0),
        (documents(""), b"data: {\n\n", 1),
    ],
    ids=["events", "cut event", "cut document", "no document", "nothing", "event of another type"],
)
def test_what_is_no_document_is_counted(reader: Documents, body: bytes, unreadable: int) -> None:
    read(reader, [body])

    assert reader.unreadable == unreadable


def test_nothing_is_unreadable_before_anything_came() -> None:
    assert documents("").unreadable == 0


def test_a_document_is_handed_out_at_the_end_of_its_line() -> None:
    """Also when the next line has begun: a client that reads by the line has it."""
    reader = SseDocuments()

    assert list(reader.feed(b'data: {"a": 1}')) == []
    assert list(reader.feed(b"\nevent")) == [Document("", {"a": 1})]
    assert list(reader.feed(b"\n\n")) == []


def test_the_body_of_one_document_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_LIMIT", 100)
    reader = documents(JSON)
    list(reader.feed(b"[" + b"1," * 40))

    with pytest.raises(WireError, match="longer than 100 bytes"):
        list(reader.feed(b"1," * 40))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": "\\ud800"}', {"a": "\ud800"}),
        (b'{"a": "\xff\xe2\x82"}', {"a": "��"}),
        (b'{"a": Infinity}', {"a": math.inf}),
        (b'{"a": 1e999}', {"a": math.inf}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        (b"null", None),
    ],
    ids=["lone surrogate", "invalid UTF-8", "infinity", "huge float", "huge integer", "null"],
)
def test_decode_reads_what_clients_read(raw: bytes, value: object) -> None:
    assert decode(raw) == value


def test_decode_reads_not_a_number() -> None:
    assert math.isnan(decode(b'{"a": NaN}')["a"])


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[" * 100_000, b'{"a":' * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff\xfe"],
    ids=["empty", "cut", "deep lists", "deep objects", "absurd integer", "no text"],
)
def test_decode_refuses_what_is_no_document(raw: bytes) -> None:
    with pytest.raises(WireError, match="not a JSON document"):
        decode(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    )
)
def test_a_streamed_document_is_the_same_as_a_plain_one(value: object) -> None:
    raw = json.dumps(value).encode()

    assert read(SseDocuments(), [b"data: ", raw, b"\n\n"]) == read(JsonDocument(), [raw]) == [Document("", value)]


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_plain_document_is_whole_with_its_last_brace(cut: int) -> None:
    body = b'{"a": {"b": 1}, "c": 2}'
    reader = documents("application/json")

    before = [*reader.feed(body[:cut]), *reader.feed(body[cut:-1])]
    was_whole = reader.is_whole
    after = [*reader.feed(body[-1:]), *reader.feed(b"\n"), *reader.close()]

    assert (before, was_whole) == ([], False)
    assert after == [Document("", {"a": {"b": 1}, "c": 2})]
    assert reader.is_whole
