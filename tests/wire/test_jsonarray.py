"""JSON arrays in pieces: each element with its last brace, in any cut, in bounded memory."""

import json
import tracemalloc

import pytest
from farebox.errors import WireError
from farebox.wire import document
from farebox.wire.document import Document
from farebox.wire.jsonarray import ArrayElements
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(st.sampled_from('[]{}",\\\n é'), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def read(reader: ArrayElements, body: list[bytes]) -> list[object]:
    found = [element for piece in body for element in reader.feed(piece)]
    return [element.data for element in (*found, *reader.close())]


@given(st.lists(values, max_size=5), st.booleans(), st.lists(st.integers(0, 300), max_size=9))
def test_the_elements_are_documents_in_any_cut(elements: list[object], is_ascii: bool, cuts: list[int]) -> None:
    body = json.dumps(elements, ensure_ascii=is_ascii, indent=1).encode()
    reader = ArrayElements(is_stream=True)

    found = read(reader, pieces(body, cuts))

    assert found == [element for element in elements if isinstance(element, dict | list)]
    assert reader.is_whole
    assert reader.unreadable == 0


def test_an_element_is_handed_out_with_its_last_brace() -> None:
    reader = ArrayElements(is_stream=True)

    assert list(reader.feed(b'[{"a": {}')) == []
    assert list(reader.feed(b"}")) == [Document("", {"a": {}})]
    assert not reader.is_whole


def test_the_array_is_whole_with_its_bracket() -> None:
    reader = ArrayElements(is_stream=False)

    assert len(list(reader.feed(b"[{}\n,\r\n{}"))) == 2
    assert not reader.is_whole
    assert list(reader.feed(b"]")) == []
    assert reader.is_whole
    assert list(reader.feed(b"[{}]")) == []


@pytest.mark.parametrize(
    ("body", "elements", "unreadable"),
    [
        (b'[{"a": 1}, {"b": ', [{"a": 1}], 1),
        (b'[{"a": }, {"b": 2}]', [{"b": 2}], 1),
        (b"[{], {}]", [{}], 1),
        (b'[{"a": "\\', [], 1),
        (b"[1, 2", [], 1),
        (b"[1, 2]", [], 0),
        (b"[]", [], 0),
        (b'[{"a": 1}', [{"a": 1}], 1),
    ],
    ids=["cut", "broken", "crossed", "cut escape", "cut numbers", "numbers", "empty", "cut between"],
)
def test_what_is_no_element_is_counted(body: bytes, elements: list[object], unreadable: int) -> None:
    reader = ArrayElements(is_stream=True)

    assert read(reader, byte_by_byte(body)) == elements
    assert reader.unreadable == unreadable


@given(st.lists(st.binary(max_size=20) | st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\"]), max_size=30))
def test_noise_never_raises_and_no_cut_changes_it(noise: list[bytes]) -> None:
    body = b"[" + b"".join(noise)
    whole, cut = ArrayElements(is_stream=True), ArrayElements(is_stream=True)

    assert read(whole, [body]) == read(cut, [b"[", *noise])
    assert (whole.unreadable, whole.is_whole) == (cut.unreadable, cut.is_whole)


def test_endless_nesting_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "BODY_LIMIT", 100_000)
    reader = ArrayElements(is_stream=True)

    with pytest.raises(WireError, match="longer than 100000 bytes"):
        read(reader, [b"[" * 1000] * 200)


def test_deep_nesting_spoils_only_its_element() -> None:
    reader = ArrayElements(is_stream=True)

    assert read(reader, [b"[", b"[" * 100_000, b"]" * 100_000, b", {}]"]) == [{}]
    assert reader.unreadable == 1


def test_a_long_array_takes_little_memory() -> None:
    reader = ArrayElements(is_stream=True)
    list(reader.feed(b"["))
    tracemalloc.start()

    for _ in range(400):
        list(reader.feed(b'{"text": "' + b"x" * 10_000 + b'"}\n,\r\n'))
        list(reader.feed(b"1.5, " * 1000 + b'"' + b"y" * 10_000 + b'",'))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1 << 20
