"""Forms: text fields by name, whatever is missing, and never a file."""

import pytest
from farebox.wire.form import boundary, fields
from hypothesis import given
from hypothesis import strategies as st

TYPE = "multipart/form-data; boundary=b0"


def part(head: str, value: bytes) -> bytes:
    return b"--b0\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + value + b"\r\n"


MODEL = part('name="model"', b"whisper-1")
FILE = part('name="file"; filename="model.mp3"\r\nContent-Type: audio/mpeg', b"\xff\xfb\r\n--b\r\n\r\n" + bytes(500))
END = b"--b0--\r\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (MODEL + END, {"model": "whisper-1"}),
        (FILE + MODEL + END, {"model": "whisper-1"}),
        (b"preamble\r\n" + MODEL + END, {"model": "whisper-1"}),
        (part("name=model", b"whisper-1") + END, {"model": "whisper-1"}),
        (MODEL + part('name="model"', b"other") + END, {"model": "whisper-1"}),
        (part('name="prompt"', "dîner\r\nà huit".encode()) + END, {"prompt": "dîner\r\nà huit"}),
        (part('name="model"', b"") + END, {"model": ""}),
        (FILE + END, {}),
        (b"", {}),
        (b'{"model": "whisper-1"}', {}),
    ],
    ids=[
        "alone",
        "behind a file",
        "behind a preamble",
        "unquoted",
        "twice",
        "text",
        "empty",
        "file",
        "nothing",
        "JSON",
    ],
)
def test_text_fields_are_read(body: bytes, expected: dict[str, str]) -> None:
    assert fields(TYPE, body) == expected


def test_a_value_that_is_cut_off_is_left_out() -> None:
    for length in range(len(MODEL + FILE)):
        assert fields(TYPE, (MODEL + FILE)[:length]) in ({}, {"model": "whisper-1"})


def test_a_long_value_is_left_out() -> None:
    assert fields(TYPE, part('name="prompt"', bytes(1 << 17)) + MODEL + END) == {"model": "whisper-1"}


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (TYPE, b"b0"),
        ('Multipart/Form-Data; charset=utf-8; boundary="b 0"', b"b 0"),
        ("multipart/form-data", None),
        ("application/json; boundary=b0", None),
        ("", None),
        (None, None),
    ],
)
def test_the_type_names_the_boundary(content_type: str | None, expected: bytes | None) -> None:
    assert boundary(content_type) == expected


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_stands_in_a_form_its_fields_are_found_or_not(before: bytes, after: bytes) -> None:
    assert fields(TYPE, before + b"\r\n" + MODEL + after).get("model", "whisper-1") == "whisper-1"
