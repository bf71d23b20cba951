"""A booking: the transactions of one model call, which LibreChat writes as a pair."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .transactions import COMPLETION, PROMPT, Transaction

# Both are written one after the other.
_APART = timedelta(seconds=5)
Key = tuple[str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Booking:
    """What LibreChat booked for one call; one side may be missing. `at` is the time of the first transaction."""

    at: datetime
    prompt: Transaction | None
    completion: Transaction | None

    @property
    def either(self) -> Transaction:
        """The transaction that says whose booking it is."""
        found = self.prompt or self.completion
        assert found is not None
        return found

    @property
    def nanousd(self) -> int:
        return sum(one.nanousd for one in (self.prompt, self.completion) if one)


def bookings(transactions: Iterable[Transaction]) -> list[Booking]:
    """Return the bookings in order of time: a prompt and the completion that follows it for the same message."""
    waiting: dict[Key, list[Transaction]] = {}
    found = []
    for one in sorted(transactions, key=lambda one: one.at):
        key = (one.user, one.conversation, one.message_id, one.model, one.context)
        before = waiting.setdefault(key, [])
        other = next((seen for seen in before if seen.kind != one.kind and one.at - seen.at <= _APART), None)
        if other is None:
            before.append(one)
        else:
            before.remove(other)
            found.append(_booking(other, one))
    found += [_booking(one) for left in waiting.values() for one in left]
    return sorted(found, key=lambda one: one.at)


def _booking(*pair: Transaction) -> Booking:
    by_kind = {one.kind: one for one in pair}
    return Booking(min(one.at for one in pair), by_kind.get(PROMPT), by_kind.get(COMPLETION))
