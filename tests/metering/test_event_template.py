"""An event is like a template if it differs only in its values, however these are written."""

import pytest
from farebox.metering.event_template import Skimmed, Step, Template, digits_of, length_of, on_the_wire
from farebox.wire.document import Form

TEXT = Template(
    "",
    b'{"n":',
    [Step(is_text=False, is_counted=False, behind=b',"text":"'), Step(is_text=True, is_counted=True, behind=b'"}')],
    b'"}',
    Skimmed(has_content=True, size=5),
    Form(b"data: ", b"\n\n"),
)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (b"word", 4),
        (b" ~!#[]", 6),
        (b"\x7f", 1),
        ("süß".encode(), 5),
        (b"a\\nb", 3),
        (b"\\u00fc", 2),
    ],
)
def test_a_text_counts_with_its_bytes_of_utf8(value: bytes, size: int) -> None:
    event = b'{"n":12,"text":"%b"}' % value

    assert TEXT.match(event) == (len(event), 5 + size)
    assert on_the_wire(TEXT, b"x" + b"data: " + event + b"\n\n" + b"data", 1) == (len(event) + 9, 5 + size)


@pytest.mark.parametrize("value", [b"", b'a"b', b"a\nb", b"a\\", b"\xff", b"\\ud800", b"\\x"])
def test_what_is_no_text_is_another_event(value: bytes) -> None:
    assert TEXT.match(b'{"n":12,"text":"%b"}' % value) is None


@pytest.mark.parametrize("number", [b"", b"-1", b"01", b"1.5", b"1e3", b"123456789012345678"])
def test_what_is_no_plain_number_is_another_event(number: bytes) -> None:
    assert TEXT.match(b'{"n":%b,"text":"a"}' % number) is None


@pytest.mark.parametrize(
    ("event", "is_like_it"), [(b'{"n":1,"text":"a" }', True), (b'{"n":1,"text":"a" ]', False), (b'{"n":1,"tex', False)]
)
def test_blanks_may_stand_between_the_last_braces(event: bytes, is_like_it: bool) -> None:
    assert (TEXT.match(event) is not None) is is_like_it


def test_lengths_of_values() -> None:
    assert (digits_of(b"120"), digits_of(b"012"), length_of(b"ab"), length_of(b"\\t"), length_of(b"\xff")) == (
        3,
        0,
        2,
        1,
        0,
    )
