"""What to read from the ledger for budgets: spans of whole hours, and edges whose calls are read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..config.budgets import Budget
from ..records.windows import Window, window
from . import burn

HOUR = timedelta(hours=1)
# For the longest burn rate, and the hour in which its span begins.
HOURS_BACK = 25
# A label, from when on and before when.
Span = tuple[str, datetime, datetime]


@dataclass(frozen=True, slots=True)
class Question:
    """Spans of one scope's column: `hours` are whole hours, in `edges` calls are read."""

    hours: tuple[Span, ...]
    edges: tuple[Span, ...]


def of_windows(windows: Iterable[tuple[str, Window]]) -> Question:
    """Return how to read the use in `windows`, each with its label: only hours that are in part are edges."""
    hours: list[Span] = []
    edges: list[Span] = []
    for label, (begins, ends) in windows:
        first, last = _hour_from(begins), floor(ends)
        if first >= last:
            edges.append((label, begins, ends))
            continue
        hours.append((label, first, last))
        edges += (edge for edge in ((label, begins, first), (label, last, ends)) if edge[1] < edge[2])
    return Question(tuple(hours), tuple(edges))


def of_burn(now: datetime) -> Question:
    """Return how to read what burn rates need: each of the last hours, and calls of the last one by their age."""
    this = floor(now)
    hours = tuple(
        (hour_label(number), this - number * HOUR, this - (number - 1) * HOUR) for number in range(HOURS_BACK + 1)
    )
    return Question(hours, tuple(_short_spans(now)))


def hour_label(number: int) -> str:
    """Return the label of the hour `number` hours before this one."""
    return f"hour {number}"


def window_label(budget: Budget) -> str:
    """Return the label of a budget's window."""
    return f"window {budget.span.name}"


def current(budget: Budget, now: datetime, zone: ZoneInfo) -> Window:
    """Return the window of `budget` that `now` is in; a rolling one holds the whole of this hour."""
    found = window(budget.span.period, now, zone)
    return found._replace(ends=_hour_from(found.ends)) if budget.span.is_rolling else found


def before(budget: Budget, ahead: Window, zone: ZoneInfo) -> Window | None:
    """Return the window before `ahead`; None for a rolling one, which has none."""
    return None if budget.span.is_rolling else window(budget.span.period, ahead.begins - datetime.resolution, zone)


def _short_spans(now: datetime) -> Iterator[Span]:
    """Yield the parts into which the last hour is cut by the short spans, so that each call is read once."""
    ends = now + HOUR
    for label, length in burn.SHORT.items():
        yield label, now - length, ends
        ends = now - length


def floor(moment: datetime) -> datetime:
    """Return the start of the hour, in UTC, that `moment` is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _hour_from(moment: datetime) -> datetime:
    """Return the first whole hour at `moment` or later."""
    hour = floor(moment)
    return hour if hour == moment else hour + HOUR
