"""Ranges of time as whole hours, which are summed up already, and the edges that are not. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
# Long before and after any call.
EVER = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))

# A label, from when on and before when.
Range = tuple[str, datetime, datetime]


def floor(moment: datetime) -> datetime:
    """Return the start of the hour, in UTC, that `moment` is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def split(ranges: Sequence[Range]) -> tuple[list[Range], list[Range]]:
    """Return of each range the whole hours, and what is before and after these."""
    whole: list[Range] = []
    edges: list[Range] = []
    for label, begins, ends in ranges:
        first = floor(begins) if begins == floor(begins) else floor(begins) + HOUR
        last = floor(ends)
        if first >= last:
            edges.append((label, begins, ends))
            continue
        whole.append((label, first, last))
        edges += (edge for edge in ((label, begins, first), (label, last, ends)) if edge[1] < edge[2])
    return whole, edges


def clipped(ranges: Sequence[Range], start: datetime | None, end: datetime | None) -> list[Range]:
    """Return what of `ranges` is from `start` on and before `end`."""
    cut = ((label, max(begins, start or begins), min(ends, end or ends)) for label, begins, ends in ranges)
    return [(label, begins, ends) for label, begins, ends in cut if begins < ends]


def in_whole_hours(ranges: Sequence[Range], before: datetime) -> list[Range]:
    """Return `ranges` with each bound before `before` at the start of its hour."""

    def moved(moment: datetime) -> datetime:
        return floor(moment) if moment < before else moment

    rounded = ((label, moved(begins), moved(ends)) for label, begins, ends in ranges)
    return [(label, begins, ends) for label, begins, ends in rounded if begins < ends]
