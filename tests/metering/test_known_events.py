"""Recognized events count as if they had been decoded, whatever differs in them."""

import re
from collections.abc import Iterator

import pytest
from farebox.metering.event_template import Skimmed
from farebox.metering.known_events import Effect, KnownEvents
from farebox.records.reading import Reading
from farebox.wire.document import Document, Form
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import Case, cases

STREAMS = {case.name: case for case in cases() if re.match(rb"(data|event|id|:|\{.*\}\r?\n\{)", case.body)}
TEXTS = (
    "a",
    "7",
    "stop",
    "\\n",
    '\\"',
    "\\u00e9",
    "\\ud800",
    "\u20ac",
    "",
    "A" * 300,
    "[DONE]",
    "gpt-4o",
    "\\",
    "}",
    "x  y",
)
_STRING = re.compile(rb'(?<=[:\[]")[^"\\]*(?:\\.[^"\\]*)*(?=")|(?<=: ")[^"\\]*(?:\\.[^"\\]*)*(?=")')
_CONTENT = re.compile(rb'(?<=content":")[^"\\]+|(?<=text":")[^"\\]+|(?<=delta":")[^"\\]+')


def effect(document: Document) -> Effect:
    """Read a document as a dialect would whose only fields are `id` and `content`."""
    text = document.data.get("content", "")
    return Effect(document.data.get("id") != "one", has_content=bool(text), size=len(text))


def learned(*events: bytes) -> KnownEvents:
    known = KnownEvents()
    for event in events:
        assert known.recognize("", event) is None
        known.learn(effect)
    return known


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (b'{"id":"one","content":"two words"}', Skimmed(has_content=True, size=9)),
        (b'{"id":"one","content":"\\u00e9\\n"}', Skimmed(has_content=True, size=3)),
        ('{"id":"one","content":"é"}'.encode(), Skimmed(has_content=True, size=2)),
        (b'{"id":"one","content":"padded"  } ', Skimmed(has_content=True, size=6)),
        (b'{"id":"one","content":""}', None),
        (b'{"id":"two","content":"word"}', None),
        (b'{"id":"one","content":"a","id":"two"}', None),
        (b'{"id":"one","content":"\\ud800"}', None),
        (b'{"id":"one","content":"a\tb"}', None),
        (b'{"id":"one","content":"\xff"}', None),
        (b'{"id":"one","content":"a"}}', None),
        (b'{"id":"one","content":"a\\"}', None),
    ],
)
def test_an_event_is_known_if_only_its_text_differs(event: bytes, expected: Skimmed | None) -> None:
    known = learned(b'{"id":"one","content":"word"}')

    found = known.recognize("", event)

    assert found == (expected and Document("", expected))


def test_numbers_and_padding_may_differ_too() -> None:
    known = learned(b'{"id":"one","content":"word","sequence_number":4,"obfuscation":"xx"}')

    found = known.recognize("", b'{"id":"one","content":"longer","sequence_number":50,"obfuscation":"abc"}')

    assert found == Document("", Skimmed(has_content=True, size=6))
    assert known.recognize("", b'{"id":"one","content":"longer","sequence_number":05,"obfuscation":"abc"}') is None


def test_events_that_differ_in_the_number_of_their_token_are_known() -> None:
    known = learned(b'{"id":"one","token":{"id":21434,"special":false},"content":"word"}')

    assert known.recognize("", b'{"id":"one","token":{"id":7,"special":false},"content":"another"}') is not None
    assert known.recognize("", b'{"id":"one","token":{"id":7,"special":true},"content":"another"}') is None
    assert known.recognize("", b'{"id":"one","token":{"id":-7,"special":false},"content":"another"}') is None


def test_another_name_of_the_event_is_another_event() -> None:
    known = learned(b'{"id":"one","content":"word"}')

    assert known.recognize("end", b'{"id":"one","content":"word"}') is None


def test_an_event_that_changes_something_is_not_learned() -> None:
    known = learned(b'{"id":"two","content":"word"}')

    assert known.recognize("", b'{"id":"two","content":"word"}') is None


def test_what_was_learned_is_forgotten_with_a_change() -> None:
    known = learned(b'{"id":"one","content":"word"}')

    known.forget()

    assert known.recognize("", b'{"id":"one","content":"word"}') is None


def test_a_stream_without_repetition_is_not_searched_for_ever() -> None:
    tried: list[Document] = []

    def noted(document: Document) -> Effect:
        tried.append(document)
        return Effect(changes=True, has_content=False, size=0)

    known = KnownEvents()
    for number in range(1000):
        known.recognize("", b'{"n":%d}' % number)
        known.learn(noted)

    assert len(tried) < 20


def test_a_reader_that_fails_on_a_value_of_ours_is_not_the_responses_fault() -> None:
    known = KnownEvents()
    known.recognize("", b'{"content":"word"}')

    known.learn(lambda document: {"word": Effect(changes=False, has_content=True, size=4)}[document.data["content"]])

    assert known.recognize("", b'{"content":"word"}') is None


def without_recognition(case: Case, body: bytes) -> Reading:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KnownEvents, "learn", lambda *_: None)
        return case.read([body])


def _blocks(body: bytes) -> list[bytes]:
    end = b"\n" if body.startswith(b"{") else b"\n\n"
    return [block + end for block in body.replace(b"\r\n", b"\n").split(end) if block]


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_stream_whose_events_repeat_is_read_alike(name: str) -> None:
    case = STREAMS[name]
    chunks = [block for one in _blocks(case.body) for block in (one, one, _CONTENT.sub(b"other text", one), one)]
    body = b"".join(chunks)

    assert case.read([body]) == without_recognition(case, body)
    assert case.read(chunks) == without_recognition(case, body)


@st.composite
def streams(draw: st.DrawFn) -> tuple[Case, list[bytes]]:
    """Return a stream whose events repeat with other strings in some places."""
    case = STREAMS[draw(st.sampled_from(sorted(STREAMS)))]
    return case, list(_repeated(draw, _blocks(case.body)))


def _repeated(draw: st.DrawFn, blocks: list[bytes]) -> Iterator[bytes]:
    for block in blocks[:40]:
        strings = [found.span() for found in _STRING.finditer(block)]
        for _ in range(draw(st.integers(1, 4))):
            changed = block
            place = draw(st.integers(0, 2 * len(strings)))
            if place < len(strings):
                start, end = strings[place]
                changed = block[:start] + draw(st.sampled_from(TEXTS)).encode() + block[end:]
            yield changed


@given(streams())
def test_a_stream_with_any_other_strings_is_read_alike(stream: tuple[Case, list[bytes]]) -> None:
    case, chunks = stream
    body = b"".join(chunks)

    expected = without_recognition(case, body)

    assert case.read([body]) == expected
    assert case.read(chunks) == expected


@pytest.mark.parametrize(("created", "is_known"), [(b"1764000000", True), (b"1764000001", True), (b"-1", False)])
def test_a_time_may_stay_or_change(created: bytes, is_known: bool) -> None:
    known = learned(b'{"id":"one","created":1764000000,"content":"word"}')

    found = known.recognize("", b'{"id":"one","created":%b,"content":"two words"}' % created)

    assert (found == Document("", Skimmed(has_content=True, size=9))) is is_known


def test_an_event_that_a_read_had_cut_gets_its_form_from_a_later_one() -> None:
    event, form = b'{"id":"one","created":5,"content":"word"}', Form(b"data: ", b"\n\n")
    known = learned(event)
    read = b"data: %b\n\n" % event
    assert known.skim(read)[0] == 0

    known.recognize("", event)
    known.complete(form)

    assert known.skim(b"x" + read * 2, 1) == (1 + 2 * len(read), 2, 8)
