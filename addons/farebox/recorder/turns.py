"""Purposes that follow from other calls of the same turn: a title beside a chat, an agent below another one. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..records.reading import Reading

LIMIT = 10_000
_CHAT = "chat"
_TITLE = "title"
_SUBAGENT = "subagent"

# The message or the trace that calls of one turn have in common, with its user and conversation.
Key = tuple[str | None, ...]


class Turn(msgspec.Struct, frozen=True):
    """What is known of a turn: whether it has a streamed chat, and when a call that can start agents first ended."""

    has_chat: bool = False
    delegated_at: int | None = None


def explained(known: Mapping[Key, Turn], readings: Iterable[Reading]) -> tuple[Mapping[Key, Turn], Sequence[Reading]]:
    """Return the latest turns, and `readings` with the purposes that follow from the other calls of their turn."""
    turns, ordered = dict(known), sorted(readings, key=lambda one: one.started_at)
    for reading in ordered:
        if (key := turn_of(reading)) is not None and reading.purpose == _CHAT:
            # The turn that was used last stands last.
            turns[key] = _with(turns.pop(key, Turn()), reading)
    found = [_explained(turns.get(turn_of(reading) or ()), reading) for reading in ordered]
    return (turns if len(turns) <= LIMIT else dict(list(turns.items())[-LIMIT:])), found


def turn_of(reading: Reading) -> Key | None:
    """Return what calls of the same turn have in common; None if it is unknown."""
    if reading.message_id is not None:
        return reading.user_id, reading.conversation, reading.message_id
    return None if reading.trace is None else (reading.trace,)


def _with(turn: Turn, reading: Reading) -> Turn:
    ended_at = reading.started_at + (reading.duration_ms or 0) * 1_000_000
    delegated_at = turn.delegated_at
    if reading.is_delegating and (delegated_at is None or ended_at < delegated_at):
        delegated_at = ended_at
    return Turn(turn.has_chat or reading.streamed is True, delegated_at)


def _explained(turn: Turn | None, reading: Reading) -> Reading:
    if turn is None or reading.purpose != _CHAT or reading.is_delegating:
        return reading
    if reading.is_side_task and turn.has_chat:
        return msgspec.structs.replace(reading, purpose=_TITLE)
    # A millisecond, to which durations are rounded, may be missing.
    if turn.delegated_at is not None and reading.started_at >= turn.delegated_at - 1_000_000:
        return msgspec.structs.replace(reading, purpose=_SUBAGENT)
    return reading
