"""Bodies as documents: whatever the content type says, in any cut."""

import json
import tracemalloc
from collections.abc import Iterable

import pytest
from farebox.wire.documents import Document, Documents, documents
from farebox.wire.jsondocument import JsonDocument
from farebox.wire.sse import SseDocuments
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces
from tests.support.eventstreams import message

SSE = "text/event-stream"
JSON = "application/json"
LINES = "application/x-ndjson"
AWS = "application/vnd.amazon.eventstream"
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
        b'[{"a": "]\\\\"}\n,\r\n{"a": [[]]}]',
        b'{"a": 1}\r\n\n{"a": \n{"a": 2}',
        b'{\n"a": 1}\n',
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
        pytest.param(JSON, b'[{"a": 1}, {"a": 2}]', [Document("", {"a": 1}), Document("", {"a": 2})], id="array"),
        pytest.param(SSE, b'[{"error": 1}]', [Document("", {"error": 1})], id="an array typed as events"),
        pytest.param(LINES, b'{"a": 1}\n{"a": 2}', [Document("", {"a": 1}), Document("", {"a": 2})], id="lines"),
        pytest.param(AWS, message({":event-type": "e"}, b'{"a": 1}'), [Document("e", {"a": 1})], id="event stream"),
        pytest.param(AWS, b'{"message": "no"}', [Document("", {"message": "no"})], id="an error typed as event stream"),
        pytest.param("audio/mpeg", b'{"a": 1}', [], id="sound"),
        pytest.param("application/octet-stream", b"data: {}\n\n", [], id="bytes"),
        pytest.param(JSON, b"", [], id="empty"),
        pytest.param(JSON, b" \n", [], id="blank"),
        pytest.param("text/html", b"<html></html>", [], id="no document"),
    ],
)
def test_a_body_is_documents(content_type: str, body: bytes, expected: list[Document]) -> None:
    assert read(documents(content_type), [body]) == expected
    assert read(documents(content_type), byte_by_byte(body)) == expected


@pytest.mark.parametrize("subtype", ["octet-stream", "binary", "x-jsonl", "jsonl"])
def test_a_file_of_lines_is_read_where_one_is_asked_for(subtype: str) -> None:
    reader = documents(f"application/{subtype}", asks_stream=True)

    assert read(reader, byte_by_byte(b'{"a": 1}\n{"a": 2}\n')) == [Document("", {"a": 1}), Document("", {"a": 2})]
    assert reader.is_stream


@given(
    st.sampled_from([SSE, JSON, "", LINES]),
    st.booleans(),
    st.sampled_from([b"", MARK]),
    bodies,
    st.lists(st.integers(0, 90), max_size=9),
)
def test_any_cut_is_the_same(content_type: str, asks_stream: bool, mark: bytes, body: bytes, cuts: list[int]) -> None:
    body = mark + body
    whole, cut = (documents(content_type, asks_stream=asks_stream) for _ in range(2))

    found, expected = read(cut, pieces(body, cuts)), read(whole, [body])

    if whole.unreadable and not whole.is_stream and found:
        # A chunk ended with a whole document before the damage arrived.
        assert (expected, len(found)) == ([], 1)
        return
    assert found == expected
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
        (JSON, b"[{}]", False),
        (LINES, b"", True),
        (LINES, b"{}", True),
        (LINES, b'{\n"error": 1}', False),
        (AWS, b"", True),
        (AWS, b"\0", True),
        ("audio/mpeg", b"data: {}", False),
    ],
)
def test_the_body_tells_whether_it_is_a_stream(content_type: str, body: bytes, is_stream: bool) -> None:
    reader = documents(content_type)

    read(reader, [body])

    assert reader.is_stream is is_stream


@pytest.mark.parametrize(
    ("body", "is_stream"),
    [
        (b"[{}]", True),
        (b"{}\n{}\n", True),
        (b"{}\n", True),
        (b"{}", False),
        (b'{\n"a": 1}\n', False),
        (b"data: {}\n\n", True),
    ],
    ids=["array", "lines", "one line", "one document", "one document over lines", "events"],
)
def test_a_wish_for_a_stream_decides_what_the_type_leaves_open(body: bytes, is_stream: bool) -> None:
    reader = documents(JSON, asks_stream=True)

    found = read(reader, byte_by_byte(body))

    assert reader.is_stream is is_stream
    assert found
    assert reader.unreadable == 0


def test_blanks_before_a_body_are_not_kept() -> None:
    reader = documents(JSON)
    tracemalloc.start()

    for _ in range(64):
        list(reader.feed(b" " * (1 << 20)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 << 20


@pytest.mark.parametrize(
    ("reader", "body", "unreadable"),
    [
        (documents(SSE), b"data: {\n\ndata: nothing\n\ndata: {}\n\n", 2),
        (documents(SSE), b'data: {"cut": ', 1),
        (documents(JSON), b'{"cut": ', 1),
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
