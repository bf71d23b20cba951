"""JSON values are read as clients read them."""

import math

import pytest
from farebox.errors import WireError
from farebox.wire.document import decode


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
