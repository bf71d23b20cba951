"""The usage filter: what we asked for is gone, and every other byte is there, at once."""

import json
from typing import Any

import pytest
from farebox.stream_options.strip import LIMIT, UsageStripper
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cuts import byte_by_byte, pieces

USAGE = {"prompt_tokens": 9, "completion_tokens": 1}
NEWLINES = [b"\n", b"\r\n", b"\r"]


def document(**told: Any) -> bytes:
    return json.dumps({"id": "c", "object": "chat.completion.chunk", **told}).encode()


CHUNK = document(choices=[{"index": 0, "delta": {"content": 'a "choices":[] b'}}], usage=None)
COUNT = document(choices=[], usage=USAGE)
STAY = [
    b"[DONE]",
    b"",
    b"{",
    b"null",
    CHUNK,
    document(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}], usage=USAGE),
    document(choices=[], prompt_filter_results=[]),
    document(choices=[], usage=None),
    document(choices=[], usage={}),
    document(choices=[], usage="much"),
    document(choices=5, usage=USAGE),
    document(choices=[], usage=USAGE, error={"message": "no"}),
    document(usage=USAGE, choices=[{}]),
    document(usage=USAGE, choices=[{"index": 0, "delta": {"content": "a"}}]),
    document(usage=USAGE, choices=[{"finish_reason": "stop", "index": 0, "delta": {}}]),
    document(usage=USAGE, delta={"stop_reason": "end_turn"}),
    document(usage=USAGE, type="message_delta"),
    b'{"a":' + b"[" * 5000,
    b'{"usage": {"a": "\xff"}',
]
GO = [
    COUNT,
    document(usage=USAGE),
    document(usage=USAGE, choices=None),
    # LiteLLM's own spelling.
    b'{"id":"c","choices":[{"index":0,"delta":{}}],"usage":{"completion_tokens":6,"prompt_tokens":30}}',
    b"  " + document(choices=[], usage=USAGE) + b" ",
]


def filtered(parts: list[bytes]) -> bytes:
    """Return what comes out of a filter of a stream that arrives in `parts` and then ends."""
    usage = UsageStripper()
    out = b"".join(map(usage.feed, parts))
    return out + usage.pause()


def event(data: bytes, newline: bytes = b"\n", field: bytes = b"data: ") -> bytes:
    return field + data + newline * 2


@pytest.mark.parametrize("newline", NEWLINES, ids=repr)
@pytest.mark.parametrize("data", STAY, ids=lambda data: str(data[:60]))
def test_what_is_no_usage_alone_stays(data: bytes, newline: bytes) -> None:
    body = event(data, newline) + event(b"[DONE]", newline)

    assert filtered([body]) == body
    assert filtered(byte_by_byte(body)) == body


@pytest.mark.parametrize("newline", NEWLINES, ids=repr)
@pytest.mark.parametrize("field", [b"data: ", b"data:"])
@pytest.mark.parametrize("data", GO, ids=lambda data: str(data[:60]))
def test_usage_without_choices_goes(data: bytes, field: bytes, newline: bytes) -> None:
    before, after = event(CHUNK, newline, field), event(b"[DONE]", newline, field)
    body = before + event(data, newline, field) + after

    assert filtered([body]) == before + after
    assert filtered(byte_by_byte(body)) == before + after


def test_one_chunk_cut_at_every_byte_goes() -> None:
    before, after = event(CHUNK), event(b"[DONE]")
    body = before + event(COUNT, b"\r\n") + after

    assert {filtered([body[:cut], body[cut:]]) for cut in range(len(body) + 1)} == {before + after}


LINES = st.sampled_from(
    [
        *(b"data: " + data for data in (*STAY, *GO)),
        b": a comment",
        b"event: message",
        b"id: 7",
        b"retry: 5",
        b"odd",
        b"",
    ]
)


@given(
    st.lists(st.tuples(st.lists(LINES, min_size=1, max_size=3), st.sampled_from(NEWLINES)), max_size=6),
    st.lists(st.integers(0, 5000), max_size=12),
)
def test_any_cut_gives_the_same_bytes(events: list[tuple[list[bytes], bytes]], cuts: list[int]) -> None:
    body = b"".join(b"".join(line + newline for line in lines) + newline for lines, newline in events)

    assert filtered(pieces(body, cuts)) == filtered([body])


@given(
    st.lists(st.sampled_from([*STAY, *GO]), max_size=8),
    st.sampled_from(NEWLINES),
    st.lists(st.integers(0, 5000), max_size=12),
    st.booleans(),
)
def test_the_client_sees_what_it_would_have_seen(
    events: list[bytes], newline: bytes, cuts: list[int], has_comments: bool
) -> None:
    comment = b": still there" + newline * 2 if has_comments else b""
    body = b"".join(event(data, newline) + comment for data in events)
    expected = b"".join((b"" if data in GO else event(data, newline)) + comment for data in events)

    assert filtered(pieces(body, cuts)) == expected


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_what_is_no_stream_passes(body: bytes, cuts: list[int]) -> None:
    assert filtered(pieces(body, cuts)) == body


def test_comments_in_a_usage_event_are_the_clients_and_its_fields_go() -> None:
    lines = [b": one\n", b"event: message\n", b": two\n", b"id: 7\n", b"data: " + COUNT + b"\n", b": three\n", b"\n"]

    assert filtered(lines) == b": one\n: two\n: three\n"


def test_fields_of_other_events_stay_in_their_order() -> None:
    body = b"event: message\n: one\nid: 7\ndata: " + CHUNK + b"\n\n"

    assert filtered([body]) == body


def test_usage_on_two_lines_stays() -> None:
    body = b"data: " + COUNT + b"\ndata: more\n\n"

    assert filtered(byte_by_byte(body)) == body


def test_nothing_is_held_of_an_event_that_has_a_choice_or_ends_the_stream() -> None:
    for data in (CHUNK, b"[DONE]"):
        usage = UsageStripper()
        passed, longest = b"", 0
        for byte in byte_by_byte(event(data)):
            passed += usage.feed(byte)
            longest = max(longest, len(usage.held))
        assert (passed, usage.held) == (event(data), b"")
        # As long as the choice can still be LiteLLM's empty one.
        assert longest <= event(data).find(b"[") + len(b'{"index":0,"delta":{}}')


def test_the_end_mark_passes_with_its_last_byte() -> None:
    usage = UsageStripper()

    assert usage.feed(event(COUNT) + b"data: [DONE]") == b"data: [DONE]"


def test_a_comment_passes_at_once_also_in_pieces() -> None:
    usage = UsageStripper()

    assert usage.feed(b": OPENROUTER PRO") == b": OPENROUTER PRO"
    assert usage.feed(b"CESSING\n\n") == b"CESSING\n\n"
    assert usage.feed(event(COUNT)) == b""


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n"], ids=repr)
def test_usage_whose_blank_line_is_missing_goes_too(tail: bytes) -> None:
    assert filtered([event(CHUNK) + b"data: " + COUNT + tail]) == event(CHUNK)


def test_a_stream_that_ends_in_an_event_loses_none_of_it() -> None:
    body = event(CHUNK) + b"data: " + COUNT

    for end in range(len(event(CHUNK)), len(body)):
        assert filtered([body[:end]]) == body[:end]


def test_a_pause_in_mid_event_lets_the_event_pass_and_the_next_is_read_again() -> None:
    usage = UsageStripper()
    first = event(COUNT)

    assert usage.feed(first[:20]) + usage.pause() + usage.feed(first[20:]) == first
    assert usage.feed(event(COUNT)) == b""


def test_a_pause_after_the_document_keeps_it() -> None:
    usage = UsageStripper()

    assert usage.feed(b"data: " + COUNT) + usage.pause() + usage.feed(b"\n\n" + event(b"[DONE]")) == event(b"[DONE]")


@pytest.mark.parametrize("start", [b"data: {", b"id: ", b"event: a\ndata: {", b"id: 1\n: "], ids=repr)
def test_memory_is_bounded(start: bytes) -> None:
    usage = UsageStripper()
    passed = usage.feed(start)
    for _ in range(40):
        passed += usage.feed(b"x" * 1024)
        assert len(usage.held) <= LIMIT

    assert passed == start + b"x" * 40 * 1024


@pytest.mark.parametrize(
    "event",
    [
        b'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n',
        b'data: {"choices":[{"delta":{"content":"usage"}}]}\n\n',
        b'data: {"choices":[],"\\u0075sage":{"prompt_tokens":1}}\n\n',
        b'data: {"choices":[],"usage": {"prompt_tokens":1}}\n\n',
        b'data: {"choices":[],"usage":{"prompt_tokens":1}}\r\n\r\n',
        b"data: [DONE]\n\n",
        b": hush\n\n",
        b"\n\n",
    ],
)
def test_events_that_come_whole_are_judged_as_in_parts(event: bytes) -> None:
    chat = b'data: {"choices":[{"delta":{"content":"b"}}],"usage":null}\n\n'
    whole, cut = UsageStripper(), UsageStripper()

    passed = [whole.feed(chunk) for chunk in (chat, event, chat + event + chat)]

    body = chat + event + chat + event + chat
    assert b"".join(passed) == b"".join(cut.feed(body[at : at + 1]) for at in range(len(body)))
