"""No input makes a dialect fail, produce a row that the ledger refuses, or use much memory."""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle

import pytest
from farebox.records.exchange import Response
from farebox.records.usage import Usage
from farebox.wire.document import Document
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import Case, cases
from tests.support.buckets import overfull
from tests.support.documents import PLAIN, STREAM, Path, as_events, assert_fits, changed, documents_of, paths, read_on
from tests.support.effort import EXHAUSTIVE, in_turn

CASES = list(cases())
DIALECTS = sorted({case.path.parent.name for case in CASES})
GZIP = ("content-encoding", "gzip")
ODD: tuple[object, ...] = (
    *(None, True, 0, -1, 1.5, 10**12, 10**30, float("nan"), float("inf")),
    *("", "12", "a\0b", "a\x1b[31m\u202eb\u200f", "\ud800", "x" * 10_000, "sk-proj-abcdefghijklmnopqrstuvwx"),
    *([], [None], [[]], [7], {}, {"": None}, {"a\u202e\x9b": 1}, {"usage": {"usage": []}}),
)
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "LF becomes CRLF": lambda body: body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "LF becomes CR": lambda body: body.replace(b"\n", b"\r"),
    "every other LF becomes CRLF": lambda body: b"".join(
        line + end for line, end in zip(body.split(b"\n"), cycle((b"\n", b"\r\n")), strict=False)
    ),
    "comments between lines": lambda body: body.replace(b"\n", b"\n: hush\n"),
    "byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "byte order mark twice": lambda body: b"\xef\xbb\xbf" * 2 + body,
    "invalid UTF-8": lambda body: body.replace(b"e", b"\xff").replace(b"a", b"\xc3"),
    "NUL": lambda body: body.replace(b" ", b"\0"),
    "twice": lambda body: body * 2,
    "backwards": lambda body: body[::-1],
    "quotes gone": lambda body: body.replace(b'"', b""),
    "minus before each digit": lambda body: b"".join(
        b"-%c" % byte if 48 <= byte < 58 else b"%c" % byte for byte in body
    ),
    "digits endless": lambda body: body.replace(b"1", b"1" * 400),
}


def places(dialect: str) -> Iterator[tuple[Case, int, Path]]:
    """Yield each place in the documents of a dialect's cases once: items of one list are one place, and so are those of
    one name below different events.
    """
    seen: set[tuple[object, ...]] = set()
    for case in CASES:
        if case.path.parent.name == dialect:
            for index, document in enumerate(documents_of(case)):
                for path in paths(document.data):
                    event = document.event if len(path) < 2 else ""
                    kind = (event, *(0 if isinstance(part, int) else part for part in path))
                    if kind not in seen:
                        seen.add(kind)
                        yield case, index, path


def few(read: Sequence[Document]) -> Sequence[Document]:
    """Return the first three and the last three of `read`: a stream of hundreds of events is alike in the middle."""
    return read if EXHAUSTIVE or len(read) < 6 else [*read[:3], *read[-3:]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_another_type_in_any_place_is_no_fault(dialect: str) -> None:
    for turn, (case, index, path) in enumerate(places(dialect)):
        read = documents_of(case)
        for odd in in_turn(ODD, turn, share=11):
            other = read[index]._replace(data=changed(read[index].data, path, odd))
            body = as_events([*few(read[:index]), other, *few(read[index + 1 :])])

            reading = read_on(case, body, STREAM)

            assert not [problem for problem in overfull(reading.usage) if " = -" in problem]


@given(st.sampled_from(CASES), st.data())
def test_several_changes_at_once_are_no_fault(case: Case, data: st.DataObject) -> None:
    read = documents_of(case)
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, max(0, len(read) - 1)))
        for document in read[index : index + 1]:
            path = data.draw(st.sampled_from(list(paths(document.data))))
            read[index] = document._replace(data=changed(document.data, path, data.draw(st.sampled_from(ODD))))

    read_on(case, as_events(read), STREAM)
    for document in read[-1:]:
        read_on(case, as_events([document]).partition(b"data: ")[2], PLAIN)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_damage_to_all_of_a_body_is_no_fault(dialect: str, damage: str) -> None:
    own = (case for case in CASES if case.path.parent.name == dialect)
    for turn, case in enumerate(own):
        body = DAMAGE[damage](case.body)
        for step in in_turn((1, 7, 1 << 16), turn):
            read_on(case, body, *case.response.headers, step=step)


@given(st.sampled_from(CASES), st.data())
def test_bytes_changed_inserted_and_left_out_are_no_fault(case: Case, data: st.DataObject) -> None:
    body = bytearray(case.body)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))

    read_on(case, bytes(body), *case.response.headers, step=data.draw(st.integers(1, 400)))


@given(st.sampled_from(CASES), st.data())
def test_a_broken_gzip_is_no_fault(case: Case, data: st.DataObject) -> None:
    body = bytearray(gzip.compress(case.body))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))

    read_on(case, bytes(body), *case.response.headers, GZIP, step=data.draw(st.integers(1, 400)))


@given(st.sampled_from(CASES), st.sampled_from(CASES))
def test_the_answer_of_another_api_is_no_fault(case: Case, other: Case) -> None:
    read_on(case, other.body, *other.response.headers)


ENDLESS: dict[str, tuple[str, bytes, bytes]] = {
    "a line of events": ("text/event-stream", b"data: ", b"x"),
    "an event of many lines": ("text/event-stream", b"", b'data: {"a": 1,\n'),
    "events": ("text/event-stream", b"", b'data: {"usage": {"prompt_tokens": 1}}\n\n'),
    "comments": ("text/event-stream", b"", b": hush\n"),
    "a document": ("application/json", b'{"a": [', b'"x", '),
    "a deep document": ("application/json", b"", b'{"a": ['),
    "braces": ("application/json", b"{", b"}"),
    "a list": ("application/json", b"[", b'{"usage": {"promptTokenCount": 1}},\n'),
    "a line of objects": ("application/x-ndjson", b'{"a": "', b"x"),
    "objects": ("application/x-ndjson", b"", b'{"model": "m", "done": false}\n'),
    "blank lines": ("application/x-ndjson", b"", b"\n"),
    "frames": ("application/vnd.amazon.eventstream", b"\x7f\xff\xff\xff\0\0\0\0", b"x"),
    "an unknown kind": ("application/octet-stream", b"", b"x"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_answer_takes_little_memory(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be held of it is one document or event at the limit, here 256 KiB, and its copies while it is read."""
    for limit in ("document.BODY_LIMIT", "sse.EVENT_LIMIT", "eventstream._MESSAGE_LIMIT"):
        monkeypatch.setattr(f"farebox.wire.{limit}", 1 << 18)
    content_type, start, unit = ENDLESS[kind]
    meter = replace(CASES[0], response=Response(200, (("content-type", content_type),))).meter()
    piece = unit * ((1 << 14) // len(unit))
    tracemalloc.start()

    meter.feed(start, 0.5)
    for _ in range(100):
        meter.feed(piece, 0.5)
    reading = meter.close(1.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert meter.failure is None
    assert_fits(reading)
    assert (reading.response_bytes or 0) > 1_500_000
    assert peak < 4 << 18


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_parts_of_a_total_are_no_more_than_it(case: Case) -> None:
    assert list(overfull(case.read([case.body]).usage)) == []


def test_a_part_that_is_more_than_its_total_is_seen() -> None:
    assert list(overfull(Usage(input_tokens=5, cache_read_tokens=3, cache_write_tokens=3)))
    assert list(overfull(Usage(output_tokens=-1)))
    assert not list(overfull(Usage(input_tokens=6, cache_read_tokens=3, cache_write_tokens=3)))
