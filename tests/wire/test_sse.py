"""Server-sent events: the standard's rules, in any cut."""

from collections.abc import Iterable

import pytest
from farebox.errors import WireError
from farebox.wire import sse
from farebox.wire.document import Document
from farebox.wire.sse import Event, EventStream, SseDocuments
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces

LINES = st.sampled_from(
    [
        b"",
        b": comment",
        b":",
        b"data: {}",
        b"data:{}",
        b"data:  two blanks",
        b"data",
        b"data:",
        b"data: a:b",
        b"data: \xe2\x82\xac \xff",
        b"event: ping",
        b"event:ping",
        b"event",
        b"id: 7",
        b"retry: 10",
        b"unknown: field",
        b" data: indented",
        b"dat",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


def events(body: Iterable[bytes]) -> list[Event]:
    """Return the events that end in `body`, offers left aside."""
    stream = EventStream()
    found = [event for piece in body for event in stream.feed(piece)]
    return [event for event in (*found, *stream.close()) if event.is_ended]


def by_the_standard(lines: list[bytes]) -> list[Event]:
    """Return the events in `lines`, read as the standard says, the last one without its blank line."""
    found: list[Event] = []
    name, datas = "", list[bytes]()
    for line in [*lines, b""]:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            datas.append(value)
        elif field == b"event":
            name = value.decode()
        elif not line:
            found.append(Event(name, b"\n".join(datas)))
            name, datas = "", []
    return [event for event in found if event.data]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(b"data: a\n\n", [Event("", b"a")], id="one line"),
        pytest.param(b"data: a\ndata: b\n\n", [Event("", b"a\nb")], id="two lines are joined"),
        pytest.param(b"event: ping\ndata: {}\n\n", [Event("ping", b"{}")], id="name"),
        pytest.param(b"data: {}\nevent: ping\n\n", [Event("ping", b"{}")], id="name after data"),
        pytest.param(b"event: ping\n\ndata: a\n\n", [Event("", b"a")], id="a name without data is forgotten"),
        pytest.param(b"data: a\r\rdata: b\r\n\r\n", [Event("", b"a"), Event("", b"b")], id="line ends are mixed"),
        pytest.param(b"data: a\r\ndata: b\r\n\r\n", [Event("", b"a\nb")], id="two lines with CRLF"),
        pytest.param(b": hello\n\n: hello\n\ndata: a\n\n", [Event("", b"a")], id="comments"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [Event("", b"a")], id="byte order mark"),
        pytest.param(b"data: a", [Event("", b"a")], id="no line end at all"),
        pytest.param(b"data: a\n", [Event("", b"a")], id="no blank line at the end"),
        pytest.param(b"data:\n\n", [], id="no data"),
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"data: [DONE]", [Event("", b"[DONE]")], id="end mark without line end"),
    ],
)
def test_a_stream_is_events(stream: bytes, expected: list[Event]) -> None:
    assert events([stream]) == expected
    assert events(byte_by_byte(stream)) == expected


@given(
    st.lists(st.tuples(LINES, ENDS), max_size=30),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.integers(0, 300), max_size=12),
)
def test_any_cut_is_read_as_the_standard_says(lines: list[tuple[bytes, bytes]], mark: bytes, cuts: list[int]) -> None:
    # A carriage return, an empty line and a line feed would be one line end, not two.
    unambiguous = [(line, b"\r\n" if end == b"\r" else end) for line, end in lines]
    stream = mark + b"".join(line + end for line, end in unambiguous)

    found = events(pieces(stream, cuts))

    assert found == by_the_standard([line for line, _ in unambiguous])
    assert events(byte_by_byte(stream)) == found


@given(st.lists(LINES, max_size=30), st.lists(st.integers(0, 300), max_size=12))
def test_carriage_returns_alone_end_lines(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(line + b"\r" for line in lines)

    found = events(pieces(stream, cuts))

    assert found == by_the_standard(lines)


@given(st.lists(st.binary(max_size=12), max_size=12))
def test_noise_never_raises_and_no_cut_changes_it(noise: list[bytes]) -> None:
    assert events(noise) == events([b"".join(noise)])


@pytest.mark.parametrize("end_mark", [b"data: [DONE]", b"data:[DONE]"])
def test_the_end_mark_is_handed_out_with_its_last_byte(end_mark: bytes) -> None:
    stream = EventStream()

    assert list(stream.feed(b"data: a\r\n\r\n" + end_mark[:-1]))[-1] == Event("", b"a")
    assert list(stream.feed(end_mark[-1:])) == [Event("", b"[DONE]")]
    assert list(stream.feed(b"\r\n\r\n")) == []


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_an_event_is_offered_at_its_data_line(line_end: bytes) -> None:
    stream = EventStream()

    offer = list(stream.feed(b"event: end" + line_end + b"data: {}" + line_end[:1]))

    assert offer == [Event("end", b"{}", is_ended=False)]


def test_an_offer_that_is_taken_does_not_come_again() -> None:
    stream = EventStream()

    list(stream.feed(b"data: {}\n"))
    stream.take()

    assert list(stream.feed(b"\ndata: a\n\n")) == [Event("", b"a", is_ended=False), Event("", b"a")]


def test_an_offer_that_is_left_comes_again() -> None:
    stream = EventStream()

    list(stream.feed(b"event: end\ndata: {\n"))

    assert list(stream.feed(b"data: }\n\n")) == [Event("end", b"{\n}")]


def test_a_long_name_is_cut() -> None:
    assert events([b"event: " + b"n" * 1000 + b"\ndata: a\n\n"]) == [Event("n" * 64, b"a")]


@pytest.mark.parametrize("start", [b"data: ", b": ", b"data: a\ndata: "], ids=["data", "comment", "second line"])
def test_an_event_without_end_is_the_peers_fault(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "EVENT_LIMIT", 1000)
    stream = EventStream()
    list(stream.feed(start + b"x" * 900))

    with pytest.raises(WireError, match="longer than 1000 bytes"):
        list(stream.feed(b"x" * 200))


def test_many_lines_without_a_blank_one_are_the_peers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "EVENT_LIMIT", 1000)
    stream = EventStream()

    with pytest.raises(WireError):
        for _ in range(200):
            list(stream.feed(b"data: 123456\n"))


def test_a_long_stream_of_short_events_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "EVENT_LIMIT", 1000)

    assert len(events([b"data: 123456\n\n"] * 500)) == 500


def test_a_document_is_handed_out_at_the_end_of_its_line() -> None:
    """Also when the next line has begun: a client that reads by the line has it."""
    reader = SseDocuments()

    assert list(reader.feed(b'data: {"a": 1}')) == []
    assert list(reader.feed(b"\nevent")) == [Document("", {"a": 1})]
    assert list(reader.feed(b"\n\n")) == []
