"""Attempts at one request: numbered, linked to the first one, and marked if they were billed again. Pure.

The same request after a failure is the next attempt. After a complete answer it is the next attempt only if the client
had a reason to ask again: the turn is known to be the same, or the answer had to have a structure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from ..records import reading as outcomes
from ..records.reading import Reading

WINDOW_NANOSECONDS = 120 * 10**9
# Attempts that none can follow any more are searched for this often.
_PRUNING_NANOSECONDS = 10 * 10**9
LIMIT = 10_000
RETRY = "retry"
# A program that can't use an answer asks again at once; a person who asks the same takes longer.
_UNUSED_NANOSECONDS = 10 * 10**9
# Durations are in milliseconds. A client that stops waiting may ask again before its connection is closed.
_ROUNDING_NANOSECONDS = 10**6
_CLOSING_NANOSECONDS = 10**9
_RETRIED = frozenset({408, 409, 425, 429})


class Attempt(msgspec.Struct, frozen=True):
    """An attempt that another one may follow, from `earliest` to `latest` in nanoseconds; `first` is the first's id."""

    first: str
    number: int
    host: str
    earliest: int
    latest: int
    was_answered: bool


class Attempts(NamedTuple):
    """Attempts that another one may follow: by the hash of the request, and failed ones by that of the content.

    At the time `pruned`, in nanoseconds, those were dropped that none could follow any more.
    """

    by_request: Mapping[str, Sequence[Attempt]] = {}
    by_content: Mapping[str, Sequence[Attempt]] = {}
    pruned: int = 0


NO_ATTEMPTS = Attempts()


def linked(known: Attempts, readings: Iterable[Reading]) -> tuple[Attempts, Sequence[Reading]]:
    """Return the attempts that others may follow, and `readings` with their number and the id of the first attempt.

    A first attempt is number 1; the number is None if the request couldn't be compared. A higher number from the client
    is kept.
    """
    by_request, by_content = _Changed(known.by_request), _Changed(known.by_content)
    found = []
    for reading in sorted(readings, key=lambda one: one.started_at):
        before = list(_before(by_request.of(reading.request_hash), reading))
        elsewhere = [] if before else _elsewhere(by_content.of(reading.content_hash), reading)
        earlier = min(before or elsewhere, key=lambda one: (one.number, one.earliest), default=None)
        if earlier is not None:
            by_request.remove(reading.request_hash, earlier)
            by_content.remove(reading.content_hash, earlier)
        # Equal requests of callers that can't be told apart are numbered, but it is unknown which follows which.
        is_sure = len({one.first for one in before or elsewhere}) == 1
        found.append(_numbered(reading, earlier, is_sure=is_sure))
        if (attempt := _followed(found[-1])) is not None:
            by_request.add(reading.request_hash, attempt)
            if not attempt.was_answered:
                by_content.add(reading.content_hash, attempt)
    newest = max((one.started_at for one in found), default=0)
    is_due = newest - known.pruned >= _PRUNING_NANOSECONDS
    kept = [one.latest(newest) if is_due or len(one.by_key) > LIMIT else one.by_key for one in (by_request, by_content)]
    return Attempts(kept[0], kept[1], newest if is_due else known.pruned), found


class _Changed:
    """A copy of attempts by key, in which only the keys that change have copies of their own."""

    def __init__(self, known: Mapping[str, Sequence[Attempt]]) -> None:
        self.by_key = dict(known)

    def of(self, key: str | None) -> Sequence[Attempt]:
        return self.by_key.get(key, ()) if key else ()

    def add(self, key: str | None, attempt: Attempt) -> None:
        if key:
            self.by_key[key] = [*self.by_key.get(key, ()), attempt]

    def remove(self, key: str | None, attempt: Attempt) -> None:
        """Remove `attempt`, if it is there."""
        if key and attempt in self.of(key):
            self.by_key[key] = [one for one in self.by_key[key] if one != attempt]

    def latest(self, newest: int) -> Mapping[str, Sequence[Attempt]]:
        """Return what may be followed by calls that begin at `newest` or later."""
        kept = {key: [one for one in some if one.latest >= newest] for key, some in self.by_key.items()}
        return dict([(key, some) for key, some in kept.items() if some][-LIMIT:])


def _before(attempts: Sequence[Attempt], reading: Reading) -> Iterator[Attempt]:
    return (one for one in attempts if one.earliest < reading.started_at <= one.latest)


def _elsewhere(attempts: Sequence[Attempt], reading: Reading) -> list[Attempt]:
    """Return the one request that failed at another host and is sent here now; none if there are several."""
    failed = [one for one in _before(attempts, reading) if one.host != reading.host]
    return failed if len({one.first for one in failed}) == 1 else []


def _numbered(reading: Reading, earlier: Attempt | None, *, is_sure: bool) -> Reading:
    if earlier is None:
        return msgspec.structs.replace(reading, attempt=reading.attempt or (1 if reading.request_hash else None))
    return msgspec.structs.replace(
        reading,
        attempt=max(reading.attempt or 0, earlier.number + 1),
        retry_of=earlier.first if is_sure else None,
        purpose=RETRY if earlier.was_answered else reading.purpose,
    )


def _followed(reading: Reading) -> Attempt | None:
    """Return `reading` as an attempt that others may follow; None if it is the last one."""
    was_answered = reading.outcome == outcomes.OK
    if not reading.request_hash or not (_may_be_retried(reading) or (was_answered and reading.is_repeatable)):
        return None
    ended = reading.started_at + (reading.duration_ms or 0) * 1_000_000
    overlap = _CLOSING_NANOSECONDS if reading.outcome == outcomes.CLIENT_ABORT else _ROUNDING_NANOSECONDS
    is_of_a_turn = reading.message_id is not None or reading.trace is not None
    window = WINDOW_NANOSECONDS if is_of_a_turn or not was_answered else _UNUSED_NANOSECONDS
    return Attempt(
        reading.retry_of or reading.id,
        reading.attempt or 1,
        reading.host,
        max(reading.started_at, ended - overlap),
        ended + window,
        was_answered,
    )


def _may_be_retried(reading: Reading) -> bool:
    if reading.outcome == outcomes.HTTP_ERROR:
        return reading.status in _RETRIED or (reading.status or 0) >= 500
    return reading.outcome != outcomes.OK
