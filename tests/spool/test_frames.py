"""The spool's format, and what damage costs."""

from dataclasses import dataclass

import pytest
from farebox.spool.frames import MARK, MESSAGE_LIMIT, count, frame, frames
from hypothesis import given
from hypothesis import strategies as st

MESSAGES = st.lists(st.binary(min_size=1, max_size=60), max_size=12)
FRAME_HEAD = 8


@dataclass(frozen=True)
class Damage:
    """`data` holds `messages`; the bytes of message number `hit` alone are wrong."""

    messages: list[bytes]
    hit: int
    data: bytes


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    messages = draw(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=8))
    hit = draw(st.integers(0, len(messages) - 1))
    parts = [bytearray(frame(message)) for message in messages]
    for place in draw(st.sets(st.integers(0, len(parts[hit]) - 1), min_size=1, max_size=8)):
        parts[hit][place] ^= draw(st.integers(1, 255))
    return Damage(messages, hit, b"".join(parts))


def written(messages: list[bytes]) -> bytes:
    return b"".join(map(frame, messages))


def read(data: bytes) -> list[bytes]:
    return [one.message for one in frames(data)]


@given(MESSAGES)
def test_what_is_framed_is_read_in_order(messages: list[bytes]) -> None:
    data = written(messages)

    found = list(frames(data))

    assert [one.message for one in found] == messages
    assert not any(one.skipped for one in found)
    assert [data[: one.end] for one in found] == [written(messages[: number + 1]) for number in range(len(messages))]


@given(MESSAGES)
def test_frames_are_counted_without_reading_them(messages: list[bytes]) -> None:
    assert count(written(messages)) == len(messages)


@given(damages())
def test_damage_loses_only_what_it_hits(damage: Damage) -> None:
    others = [message for number, message in enumerate(damage.messages) if number != damage.hit]

    assert read(damage.data) == others


@given(damages())
def test_damage_before_a_sound_frame_is_counted(damage: Damage) -> None:
    data = damage.data + frame(b"the last")

    found = list(frames(data))

    assert found[-1].message == b"the last"
    assert sum(one.skipped for one in found) == FRAME_HEAD + len(damage.messages[damage.hit])


@given(MESSAGES, st.binary(min_size=1, max_size=60), st.data())
def test_a_torn_tail_waits_for_its_rest(messages: list[bytes], last: bytes, data: st.DataObject) -> None:
    whole = written([*messages, last])
    torn = whole[: len(whole) - data.draw(st.integers(1, len(frame(last)) - 1))]

    before = list(frames(torn))
    position = before[-1].end if before else 0

    assert [one.message for one in before] == messages
    assert read(whole[position:]) == [last]


@given(st.binary(max_size=300))
def test_garbage_is_no_error(data: bytes) -> None:
    assert all(frame(message) in data for message in read(data))
    assert 0 <= count(data) <= len(data) // FRAME_HEAD


@pytest.mark.parametrize("size", [0, MESSAGE_LIMIT + 1], ids=["empty", "too large"])
def test_a_message_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes"):
        frame(bytes(size))


def test_the_largest_message_is_taken() -> None:
    message = b"\xff" * MESSAGE_LIMIT

    assert read(frame(message)) == [message]


def test_the_mark_ends_with_the_version() -> None:
    assert MARK == b"FAREBOX\x01"
