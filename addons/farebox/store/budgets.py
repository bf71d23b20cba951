"""The figures of budgets, read from the ledger: the same from every sidecar that shares it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from ..budgets import burn, read_plan
from ..budgets.crossings import Crossing, crossings, late_crossings
from ..budgets.figures import Figures
from ..budgets.forecast import HISTORY, Outlook, Shape, forecast, outlook, shape_of
from ..budgets.names import grouped
from ..budgets.read_plan import HOURS_BACK, Question, floor, hour_label, window_label
from ..budgets.scopes import COLUMNS
from ..budgets.use import NO_USE, Use
from ..config.budgets import Budget
from ..records.windows import Window
from .budget_sums import Key, by_hour, repriced, sums
from .rollups.ranges import EVER
from .snapshot import snapshot

# A call that ends within this time after its window belongs to that window without further notice.
GRACE = timedelta(hours=1)
_HISTORY = "history"

# Uses by name.
_Uses = Mapping[str, Use]


@dataclass(frozen=True, slots=True)
class _History:
    """What a budget used in the weeks before `hour`: its shape, and the known amount by name."""

    hour: datetime
    shape: Shape
    amounts: Mapping[str, int]


class BudgetReader:
    """Reads the figures of `budgets`, whose windows are those of `zone`. One thread may use it."""

    def __init__(self, engine: Engine, budgets: Sequence[Budget], zone: ZoneInfo) -> None:
        self._engine = engine
        self._budgets = budgets
        self._zone = zone
        self._histories: dict[str, _History] = {}

    def figures(self, now: datetime) -> list[Figures]:
        """Return the figures of each budget at `now`, in the order of the budgets. LedgerAwayError."""
        with snapshot(self._engine) as connection:
            recent = _read(connection, self._budgets, read_plan.of_burn(now))
            histories = {budget.name: self._history(connection, budget, now) for budget in self._budgets}
            used = self._used(connection, self._budgets, now)
        return [
            figures
            for budget, uses in used
            for figures in self._complete(budget, uses, recent[budget.scope], histories[budget.name], now)
        ]

    def used(self, now: datetime) -> list[Figures]:
        """Return the figures of the budgets that refuse calls, without burn rates and forecast. LedgerAwayError."""
        wanted = [budget for budget in self._budgets if budget.refuses]
        with snapshot(self._engine) as connection:
            used = self._used(connection, wanted, now)
        return [self._plain(budget, name, use, now) for budget, uses in used for name, use in uses.items()]

    def crossings(self, figures: Iterable[Figures], now: datetime) -> list[Crossing]:
        """Return the crossings in `figures` of current windows, and those of the windows before. LedgerAwayError."""
        with snapshot(self._engine) as connection:
            ended = list(self._ended(connection, now))
        return crossings(figures) + late_crossings(ended, recent=now - GRACE)

    def _used(self, connection: Connection, budgets: Sequence[Budget], now: datetime) -> list[tuple[Budget, _Uses]]:
        """Return the use of each of `budgets` in its current window, by name."""
        windows = {(one.scope, window_label(one)): read_plan.current(one, now, self._zone) for one in budgets}
        read: dict[str, Mapping[Key, Use]] = {}
        for scope in {scope for scope, _ in windows}:
            asked = read_plan.of_windows((label, window) for (its, label), window in windows.items() if its == scope)
            read[scope] = sums(connection, COLUMNS[scope], asked.hours, asked.edges)
        found = [(budget, grouped(budget, read[budget.scope]).get(window_label(budget), {})) for budget in budgets]
        # One for each exists for names that have used something, others in any case.
        return [
            (budget, dict(sorted(uses.items())) if budget.is_for_each else {"": NO_USE, **uses})
            for budget, uses in found
        ]

    def _plain(self, budget: Budget, name: str, use: Use, now: datetime) -> Figures:
        return Figures(budget, name, read_plan.current(budget, now, self._zone), use)

    def _complete(
        self, budget: Budget, uses: _Uses, read: Mapping[Key, Use], history: _History, now: datetime
    ) -> Iterator[Figures]:
        """Yield the figures of each name, with burn rates and forecast."""
        window = read_plan.current(budget, now, self._zone)
        ahead = None if budget.span.is_rolling else outlook(history.shape, window, now)
        recent, limit = grouped(budget, read), budget.allows
        length = budget.span.length or (window.ends - window.begins)
        for name, use in uses.items():
            known = {label: named[name].in_unit(budget.unit).known for label, named in recent.items() if name in named}
            hours = [known.get(hour_label(number), 0) for number in range(HOURS_BACK + 1)]
            rates = burn.rates(known, hours, now - floor(now), limit.amount, length)
            used = use.in_unit(budget.unit).known
            yield Figures(budget, name, window, use, rates, _forecast(used, ahead, history.amounts.get(name, 0)))

    def _history(self, connection: Connection, budget: Budget, now: datetime) -> _History:
        """Return the history of `budget` up to this hour, which is read once an hour."""
        hour = floor(now)
        known = self._histories.get(budget.name)
        if known is not None and known.hour == hour:
            return known
        column, unit, start = COLUMNS[budget.scope], budget.unit, hour - HISTORY
        read = by_hour(connection, column, budget.patterns, start, hour)
        shape = shape_of({at: use.in_unit(unit).known for at, use in read.items()}, hour, self._zone)
        uses = grouped(budget, sums(connection, column, [(_HISTORY, start, hour)], [])).get(_HISTORY, {})
        amounts = {name: use.in_unit(unit).known for name, use in uses.items()}
        found = self._histories[budget.name] = _History(hour, shape, amounts)
        return found

    def _ended(self, connection: Connection, now: datetime) -> Iterator[tuple[Figures, int]]:
        """Yield the figures of the windows before, with the known use that each had without later prices."""
        for budget in self._budgets:
            window = read_plan.before(budget, read_plan.current(budget, now, self._zone), self._zone)
            if window is None:
                continue
            asked = read_plan.of_windows([(window_label(budget), window)])
            read = sums(connection, COLUMNS[budget.scope], asked.hours, asked.edges)
            uses = grouped(budget, read).get(window_label(budget), {})
            ended = [Figures(budget, name, window, use) for name, use in uses.items()]
            original = _original(connection, budget, window, ended)
            yield from ((figures, original[figures.name]) for figures in ended)


def _read(connection: Connection, budgets: Iterable[Budget], asked: Question) -> dict[str, Mapping[Key, Use]]:
    """Return the answers to a question by scope."""
    scopes = {budget.scope for budget in budgets}
    return {scope: sums(connection, COLUMNS[scope], asked.hours, asked.edges) for scope in scopes}


def _forecast(used: int, ahead: Outlook | None, history: int) -> int | None:
    return None if ahead is None else forecast(used, ahead, history)


def _original(connection: Connection, budget: Budget, window: Window, ended: Sequence[Figures]) -> Mapping[str, int]:
    """Return the known use of `ended` by name, without prices of after the end of the window."""
    known = {figures.name: figures.used.known for figures in ended}
    # Later prices matter only where a threshold is reached.
    if not any(amount >= min(budget.alert_at) * budget.allows.amount for amount in known.values() if budget.alert_at):
        return known
    label, unit = window_label(budget), budget.unit
    then, today = (
        grouped(budget, uses).get(label, {}) for uses in repriced(connection, COLUMNS[budget.scope], (label, *window))
    )
    return {
        name: amount - today.get(name, NO_USE).in_unit(unit).known + then.get(name, NO_USE).in_unit(unit).known
        for name, amount in known.items()
    }


def names_since(engine: Engine, scopes: Iterable[str], since: datetime) -> dict[str, set[str | None]]:
    """Return the names that calls since `since` have in each of `scopes`: None for calls without. LedgerAwayError."""
    spans = [(_HISTORY, floor(since), EVER[1])]
    with snapshot(engine) as connection:
        read = {scope: sums(connection, COLUMNS[scope], spans, []) for scope in scopes}
    return {scope: {name for _, name in uses} for scope, uses in read.items()}


def unmatched(engine: Engine, budgets: Sequence[Budget], since: datetime) -> list[tuple[Budget, list[str]]]:
    """Return the budgets that no call since `since` is for, each with the names that calls have. LedgerAwayError."""
    spans = [(_HISTORY, floor(since), EVER[1])]
    with snapshot(engine) as connection:
        read = {scope: sums(connection, COLUMNS[scope], spans, []) for scope in {one.scope for one in budgets}}
    lonely = [budget for budget in budgets if not grouped(budget, read[budget.scope])]
    return [(budget, sorted(value for _, value in read[budget.scope] if value)) for budget in lonely]
