"""Figures of budgets are those of the calls in their windows, in any time zone, also after repricing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from farebox.budgets.crossings import crossings
from farebox.budgets.figures import Figures
from farebox.config.budgets import Budget
from farebox.store.budgets import BudgetReader, unmatched
from farebox.store.engine import open_engine
from farebox.store.schema import calls
from sqlalchemy import Engine, delete

from tests.support.budgets import USD, budget, lasting, price, spend, write

UTC_ZONE = ZoneInfo("UTC")
SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def figures(engine: Engine, now: datetime, *budgets: Budget, zone: str = "UTC") -> list[Figures]:
    return BudgetReader(engine, budgets, ZoneInfo(zone)).figures(now)


@pytest.mark.parametrize(
    ("zone", "window", "begins", "hours"),
    [
        ("UTC", "day", "2026-11-20T00:00", 24),
        ("Asia/Tokyo", "day", "2026-11-19T15:00", 24),
        ("Asia/Tokyo", "month", "2026-10-31T15:00", 30 * 24),
        # The clock changes in these days, weeks and months.
        ("America/Los_Angeles", "day", "2026-03-08T08:00", 23),
        ("America/Los_Angeles", "day", "2026-11-01T07:00", 25),
        ("America/Los_Angeles", "week", "2026-03-02T08:00", 167),
        ("America/Los_Angeles", "month", "2026-11-01T07:00", 721),
        # Half an hour off, so that windows begin and end within an hour of the sums.
        ("Asia/Kolkata", "day", "2026-11-19T18:30", 24),
        ("Asia/Kolkata", "month", "2026-10-31T18:30", 30 * 24),
        ("Australia/Lord_Howe", "day", "2026-10-03T13:30", 23.5),
    ],
)
def test_a_window_counts_its_first_and_last_microsecond_and_no_other(
    engine: Engine, zone: str, window: str, begins: str, hours: float
) -> None:
    start = at(begins)
    end = start + timedelta(hours=hours)
    moments = (start - datetime.resolution, start, start + timedelta(hours=2), end - datetime.resolution, end)
    write(engine, *(spend(moment, 10**number / 1000) for number, moment in enumerate(moments)))

    [found] = figures(engine, end - SECOND, budget(window=window), zone=zone)

    assert (found.window.begins, lasting(found.window)) == (start, hours)
    assert found.used.known == round(1.11 * USD)


def test_a_call_belongs_to_the_window_that_it_began_in(engine: Engine) -> None:
    midnight = at("2026-12-01T00:00")
    write(engine, spend(midnight - SECOND, 7, duration_ms=60_000))

    [found] = figures(engine, midnight + SECOND, budget())
    [before] = figures(engine, midnight - SECOND, budget())

    assert (found.used.known, before.used.known) == (0, 7 * USD)


def test_a_rolling_window_forgets_to_the_minute(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    write(engine, spend(now - timedelta(hours=24, seconds=1), 1), spend(now - timedelta(hours=24), 10), spend(now, 100))

    [found] = figures(engine, now + 30 * SECOND, budget(window="rolling 24h"))

    assert (found.used.known, found.forecast) == (110 * USD, None)


def test_known_costs_estimates_and_what_is_unknown_are_told_apart(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    write(
        engine,
        spend(now, 1),
        spend(now, 2, cost_status="partial"),
        spend(now, 4, cost_status="estimated", usage_source="estimated"),
        spend(now, 0, cost_status="free"),
    )

    [usd, tokens] = figures(engine, now, budget(), budget(name="tokens", limit="100 tokens"))

    assert (usd.used.known, usd.used.estimated, usd.use.partial) == (3 * USD, 4 * USD, 1)
    assert (tokens.used.known, tokens.used.estimated) == (15, 5)


def test_a_budget_for_each_has_the_use_of_each(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    each = budget(scope="user", match="*")
    write(engine, *(spend(now, usd, user_id=name) for usd, name in ((1, "ann"), (2, "bob"), (3, "ann"), (9, None))))

    found = figures(engine, now, each, budget(name="b", scope="user", match="B*"))

    assert [(one.budget.name, one.name, one.used.known // USD) for one in found] == [
        ("office", "ann", 4),
        ("office", "bob", 2),
        ("b", "", 2),
    ]


def test_burn_rates_are_those_of_the_last_minutes_and_hours(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    write(
        engine,
        *(
            spend(now - timedelta(minutes=minutes), usd)
            for minutes, usd in ((4, 1), (20, 2), (45, 4), (80, 8), (1500, 99))
        ),
    )

    [found] = figures(engine, now, budget(limit="720 USD"))

    assert found.burn == pytest.approx({"5m": 12, "30m": 6, "1h": 7, "2h": 7.5, "6h": 2.5, "1d": 15 / 24})


def test_two_sidecars_read_the_same_figures(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    write(engine, *(spend(now - timedelta(hours=n), n, sidecar=f"s{n % 2}", user_id=f"u{n % 3}") for n in range(30)))
    budgets = (budget(), budget(name="each", scope="user", match="*", window="rolling 24h"))
    other = open_engine(engine.url.render_as_string(hide_password=False))

    try:
        assert figures(other, now, *budgets) == figures(engine, now, *budgets)
    finally:
        other.dispose()


def test_repricing_moves_a_past_window_and_its_crossing_says_so(engine: Engine) -> None:
    november, now = at("2026-11-30T12:00"), at("2026-12-03T12:00")
    dear, other = spend(november, 60), spend(november, 10)
    write(engine, dear, other)
    reader = BudgetReader(engine, [budget()], UTC_ZONE)

    assert reader.crossings(reader.figures(now), now) == []
    price(engine, other, 30, at("2026-11-30T18:00"))
    assert reader.crossings(reader.figures(now), now) == []
    price(engine, dear, 75, at("2026-12-02T18:00"))

    [found] = [one for one in reader.crossings(reader.figures(now), now) if one.threshold == 1]
    assert (found.after_repricing, found.figures.window.begins) == (True, at("2026-11-01T00:00"))
    assert found.figures.used.known == 105 * USD
    assert [str(one.threshold) for one in reader.crossings(reader.figures(now), now)] == ["1"]


def test_repricing_moves_the_current_window(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    row = spend(now - timedelta(minutes=3), 10)
    write(engine, row)
    price(engine, row, 60, now)

    [found] = figures(engine, now, budget(limit="60 USD"))

    assert (found.ratio, len(crossings([found]))) == (1, 3)
    assert found.burn["5m"] == pytest.approx(30 * 24 * 12)


def test_calls_that_are_deleted_count_by_their_hours(engine: Engine) -> None:
    start, now = at("2026-10-31T18:30"), at("2026-11-20T15:20")
    write(engine, spend(start + SECOND, 10), spend(now, 5))
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < now))

    [found] = figures(engine, now, budget(), zone="Asia/Kolkata")

    assert found.used.known == 15 * USD


def test_figures_for_decisions_are_the_same_without_rates(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    write(engine, *(spend(now, usd, user_id=name) for usd, name in ((1, "ann"), (2, "bob"))))
    budgets = (budget(), budget(name="each", scope="user", match="*", enforce="refuse"))
    reader = BudgetReader(engine, budgets, UTC_ZONE)

    found = [(one.budget.name, one.name, one.used) for one in reader.used(now)]

    assert found == [(one.budget.name, one.name, one.used) for one in reader.figures(now)[1:]]
    assert all(not one.burn for one in reader.used(now))


def test_an_empty_ledger_has_unused_budgets(engine: Engine) -> None:
    [found] = figures(engine, at("2026-11-20T15:20"), budget(), budget(name="each", scope="key", match="*"))

    assert (found.budget.name, found.used.known, found.forecast) == ("office", 0, 0)


def test_budgets_that_no_call_is_for_are_found_with_the_names_that_calls_have(engine: Engine) -> None:
    now = at("2026-11-20T15:20")
    write(engine, spend(now, 1, team="Research"), spend(now - timedelta(days=40), 1, team="old"))
    right, wrong = budget(scope="team", match="research"), budget(name="wrong", scope="team", match=("reserch", "old"))

    assert unmatched(engine, (right, wrong), now - timedelta(days=28)) == [(wrong, ["Research"])]
