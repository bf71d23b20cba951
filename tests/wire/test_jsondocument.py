"""A body that is one JSON document is whole with its last brace."""

import pytest
from farebox.errors import WireError
from farebox.wire import document
from farebox.wire.document import Document
from farebox.wire.jsondocument import JsonDocument


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_plain_document_is_whole_with_its_last_brace(cut: int) -> None:
    body = b'{"a": {"b": 1}, "c": 2}'
    reader = JsonDocument()

    before = [*reader.feed(body[:cut]), *reader.feed(body[cut:-1])]
    was_whole = reader.is_whole
    after = [*reader.feed(body[-1:]), *reader.feed(b"\n"), *reader.close()]

    assert (before, was_whole) == ([], False)
    assert after == [Document("", {"a": {"b": 1}, "c": 2})]
    assert reader.is_whole


def test_the_body_of_one_document_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "BODY_LIMIT", 100)
    reader = JsonDocument()
    list(reader.feed(b"[" + b"1," * 40))

    with pytest.raises(WireError, match="longer than 100 bytes"):
        list(reader.feed(b"1," * 40))
