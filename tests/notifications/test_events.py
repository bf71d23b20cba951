"""Crossings become events: one for each threshold, of which the highest is told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.budgets.crossings import Crossing, crossings, late_crossings
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.config.destinations import Digest
from farebox.notifications.events import BudgetFigures, digest_due, event_of, events_of
from farebox.records.windows import Window

from tests.support.budgets import USD, budget

BEGINS, ENDS = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def figures(usd: float, estimated: float = 0, name: str = "", **changes: Any) -> Figures:
    use = Use(5, round(usd * USD), round(estimated * USD), unpriced=2)
    return Figures(budget(notify=("ops",), **changes), name, Window(BEGINS, ENDS), use, {"1h": 2.0}, 120 * USD)


def told(found: list[Crossing]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(event.threshold, event.bound, tuple(names)) for event, names in events_of(found)]


def test_of_several_thresholds_the_highest_is_told() -> None:
    assert told(crossings([figures(90)])) == [("0.5", "known", ()), ("0.8", "known", ("ops",))]


def test_what_estimates_decide_is_told_apart() -> None:
    assert told(crossings([figures(60, 45)])) == [
        ("0.5", "known", ("ops",)),
        ("0.8", "high", ()),
        ("1", "high", ("ops",)),
    ]


def test_each_name_is_told() -> None:
    each: dict[str, Any] = {"scope": "user", "match": "*", "alert_at": (1,)}

    found = events_of(crossings([figures(100, name=name, **each) for name in ("ann", "bob")]))

    assert [(event.name, names) for event, names in found] == [("ann", ("ops",)), ("bob", ("ops",))]


def test_an_event_keeps_figures_and_survives_the_ledger_s_json() -> None:
    event = event_of(crossings([figures(90)])[1])

    read = msgspec.convert(msgspec.json.decode(msgspec.json.encode(event.figures)), BudgetFigures, strict=False)

    assert (event.budget, event.scope, event.window_start, event.told_since) == ("office", "all", BEGINS, None)
    assert (read.used, read.limit, read.unknown_calls, read.forecast) == (90 * USD, 100 * USD, 2, 120 * USD)
    assert (read.begins, read.ends, read.after_repricing, read.burn_rate) == (BEGINS, ENDS, False, {"1h": 2.0})


def test_later_prices_are_kept() -> None:
    [late] = late_crossings([(figures(90), 60 * USD)], recent=ENDS + timedelta(days=1))

    assert event_of(late).figures["after_repricing"] is True


def test_a_rolling_window_is_told_once_in_its_length() -> None:
    [event, *_] = [event_of(one) for one in crossings([figures(100, window="rolling 30d")])]

    assert event.told_since == BEGINS


@pytest.mark.parametrize(
    ("now", "week"),
    [
        # Monday, 23 November 2026, 8 o'clock in Berlin.
        (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), datetime(2026, 11, 15, 23, tzinfo=UTC)),
        (datetime(2026, 11, 26, 6, 59, tzinfo=UTC), datetime(2026, 11, 15, 23, tzinfo=UTC)),
        (datetime(2026, 11, 26, 7, 0, tzinfo=UTC), None),
        # The clock changed on Sunday, 25 October, in the week that is told.
        (datetime(2026, 10, 26, 7, 0, tzinfo=UTC), datetime(2026, 10, 18, 22, tzinfo=UTC)),
    ],
)
def test_the_digest_of_last_week_is_due_from_monday_on(now: datetime, week: datetime | None) -> None:
    event = digest_due(Digest(("ops",), 8), now, BERLIN)

    assert (None if event is None else event.window_start) == week
    assert digest_due(Digest(()), now, BERLIN) is None
