"""Messages as documents."""

import pytest
from farebox.wire.websocket import document


@pytest.mark.parametrize(
    ("content", "event"),
    [
        (b'{"type": "response.done"}', "response.done"),
        (b' \n{"setupComplete": {}}', ""),
        (b'{"type": 7}', ""),
        (b'{"type": null}', ""),
    ],
)
def test_an_object_has_the_name_it_gives_itself(content: bytes, event: str) -> None:
    said = document(content)

    assert said is not None
    assert said.event == event


@pytest.mark.parametrize("content", [b"", b"\x00\x01sound", b"[]", b"1", b'"a"', b"{", b'{"a":' * 3000, b"{} {}"])
def test_what_is_no_object_is_no_document(content: bytes) -> None:
    assert document(content) is None


def test_a_message_without_end_is_not_read() -> None:
    assert document(b'{"audio": "' + b"A" * (33 << 20) + b'"}') is None
