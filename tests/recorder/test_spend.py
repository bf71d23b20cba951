"""Money gauges: the ledger's own sums, whatever happens to its rows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from farebox.recorder.spend import SpendJob
from farebox.records.record import Completion, Record
from farebox.records.windows import WINDOWS, window
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.sinks.spend_gauges import SpendGauges
from farebox.store import spend
from farebox.store.engine import writer
from farebox.store.forget import Person, forget
from farebox.store.reprices import held, revise
from farebox.store.schema import calls
from farebox.store.summary import Scope
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, delete

from tests.support.ledgers import summarise
from tests.support.samples import record

NOW = datetime(2026, 10, 25, 14, 30, 40, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")


class Gauges:
    """The gauges of a sidecar that started just now; `at` is its clock."""

    def __init__(self, engine: Engine, names: int = 20) -> None:
        self.registry, self.at = CollectorRegistry(), NOW
        self._job = SpendJob(engine, SpendGauges(self.registry), ZONE, names=names, now=lambda: self.at)

    def read(self, at: datetime | None = None) -> dict[tuple[str, ...], float]:
        """Return every series of `farebox_spend_usd` by window, scope and name."""
        self.at = at or self.at
        self._job.run()
        return {tuple(labels.values()): value for labels, value in self.samples("farebox_spend_usd")}

    def uncertain(self, at: datetime | None = None) -> dict[tuple[str, ...], float]:
        """Return every series of `farebox_spend_uncertain_calls` by window and status."""
        self.read(at)
        return {tuple(labels.values()): value for labels, value in self.samples("farebox_spend_uncertain_calls")}

    def samples(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        for metric in self.registry.collect():
            yield from ((sample.labels, sample.value) for sample in metric.samples if sample.name == name)


def calls_of(*minutes_ago: int, **told: Any) -> list[Record]:
    given = {"user_id": "ann", "model_requested": "gpt-4o", "cost_nanousd": 1_000_000_007, **told}
    return [record(started_at=NOW - timedelta(minutes=minutes), **given) for minutes in minutes_ago]


def by_calls(engine: Engine, now: datetime = NOW) -> dict[tuple[str, ...], float]:
    """Return what the calls themselves come to, read one by one."""
    found: dict[tuple[str, ...], float] = {}
    for name in WINDOWS:
        begins, ends = window(name, now, ZONE)
        for scope in ("provider", "model", "user", "team", "project", "key", "client_app", "purpose"):
            for group in summarise(engine, Scope(begins, ends), [scope]):
                if group.sums.cost_nanousd is not None:
                    found[name, scope, group.key[0] or "(unknown)"] = group.sums.cost_nanousd / 10**9
        [whole] = summarise(engine, Scope(begins, ends), [])
        found[name, "all", ""] = (whole.sums.cost_nanousd or 0) / 10**9
    return found


EVERY = (0, 29, 31, 59, 60, 61, 89, 91, 1_199, 1_439, 1_440, 1_441, 10_080, 10_081, 43_199, 43_200, 43_201, 90_000)


def test_gauges_are_the_sums_of_the_calls_in_each_window(engine: Engine) -> None:
    sink = DatabaseSink(engine)
    sink.write(calls_of(*EVERY), {})
    sink.write(calls_of(*EVERY, user_id=None, provider="anthropic", purpose="title", cost_nanousd=3), {})
    sink.write(calls_of(5, user_id="bob", cost_nanousd=None, cost_status="unpriced"), {})

    found = Gauges(engine).read()

    assert found == by_calls(engine)
    assert ("24h", "user", "bob") not in found
    assert found["1h", "user", "ann"] == 5.000000035


def test_calls_that_make_a_sum_uncertain_are_counted_and_change_with_their_hour(engine: Engine) -> None:
    sink, gauges = DatabaseSink(engine), Gauges(engine)
    sink.write(calls_of(5, 40), {})
    assert set(gauges.uncertain().values()) == {0}

    sink.write(calls_of(5, 40, 300, cost_nanousd=None, cost_status="unpriced"), {})
    sink.write(calls_of(300, cost_status="partial"), {})
    sink.write(calls_of(10_000, cost_status="estimated"), {})

    found = gauges.uncertain()
    assert {status: found["today", status] for status in spend.UNCERTAIN} == {
        "estimated": 0,
        "partial": 1,
        "unpriced": 3,
    }
    assert (found["1h", "unpriced"], found["1h", "partial"], found["30d", "estimated"]) == (2, 0, 1)
    later = gauges.uncertain(NOW + timedelta(days=2))
    assert (later["24h", "unpriced"], later["7d", "unpriced"]) == (0, 3)


def test_an_empty_ledger_has_spent_nothing(engine: Engine) -> None:
    assert Gauges(engine).read() == {(name, "all", ""): 0 for name in WINDOWS}


@pytest.mark.parametrize("later", [1, 30, 59, 60, 61, 24 * 60, 31 * 24 * 60])
def test_calls_leave_a_window_as_time_goes_on(engine: Engine, later: int) -> None:
    DatabaseSink(engine).write(calls_of(*EVERY), {})
    gauges, then = Gauges(engine), NOW + timedelta(minutes=later)
    gauges.read()

    assert gauges.read(then) == by_calls(engine, then)


def test_late_completed_repriced_and_forgotten_rows_change_the_gauges(engine: Engine) -> None:
    sink, gauges = DatabaseSink(engine), Gauges(engine)
    [first, second] = calls_of(40, 5_000)
    sink.write([first, second], {})
    gauges.read()

    sink.write(calls_of(45, 4_000, user_id="late"), {})
    after = replace(second, cost_nanousd=5, user_id="ann")
    sink.write([], {}, links=Links([Completion(second, after)]))

    assert gauges.read() == by_calls(engine)
    with writer(engine).begin() as connection:
        revise(connection, [(now, replace(now, cost_nanousd=7)) for now in held(connection, [first])], NOW)
    assert gauges.read() == by_calls(engine)
    assert gauges.read()["1h", "user", "late"] == 1.000000007
    forget(engine, Person("user_id", "late"))
    assert gauges.read() == by_calls(engine)


def test_two_sidecars_and_a_restarted_one_show_the_same(engine: Engine) -> None:
    one, other = Gauges(engine), Gauges(engine)
    DatabaseSink(engine, sidecar="a").write(calls_of(*EVERY, sidecar="a"), {})
    one.read()
    DatabaseSink(engine, sidecar="b").write(calls_of(*EVERY, sidecar="b", user_id="bob"), {})

    assert one.read() == other.read() == Gauges(engine).read() == by_calls(engine)


def test_an_hour_whose_calls_are_deleted_counts_whole(engine: Engine) -> None:
    DatabaseSink(engine).write(calls_of(10, 1_441), {})
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < NOW - timedelta(hours=20)))

    assert Gauges(engine).read()["24h", "all", ""] == 2 * 1.000000007


def test_the_names_beyond_the_largest_are_other(engine: Engine) -> None:
    sink = DatabaseSink(engine)
    for number in range(6):
        sink.write(calls_of(5, user_id=f"user {number}", cost_nanousd=1_000_000_000 * number), {})
    sink.write(calls_of(5, user_id="other", cost_nanousd=9_000_000_000), {})
    sink.write(calls_of(5, user_id=None, cost_nanousd=1), {})

    found = Gauges(engine, names=3).read()

    users = {name: value for (span, scope, name), value in found.items() if (span, scope) == ("1h", "user")}
    assert users == {"user 5": 5, "user 4": 4, "other": 9 + 3 + 2 + 1 + 0, "(unknown)": 1e-9}


def test_an_hour_is_compared_with_the_same_hour_of_four_weeks(engine: Engine) -> None:
    sink, gauges = DatabaseSink(engine), Gauges(engine)
    sink.write(calls_of(10, cost_nanousd=50_000_000_000), {})
    for week, dollars in ((1, 4), (2, 1), (3, 3), (4, 2)):
        sink.write(calls_of(week * 10_080 - 45, cost_nanousd=dollars * 10**9), {})
        sink.write(calls_of(week * 10_080 + 180, cost_nanousd=100 * 10**9), {})
    sink.write(calls_of(5 * 10_080), {})

    gauges.read()

    usual = {(labels["scope"], labels["name"]): value for labels, value in gauges.samples("farebox_spend_usual_usd")}
    assert usual["all", ""] == usual["user", "ann"] == 2.5


def test_without_two_weeks_nothing_is_usual_and_without_one_nothing_is_forecast(engine: Engine) -> None:
    gauges = Gauges(engine)
    DatabaseSink(engine).write(calls_of(10, 6 * 1_440), {})

    gauges.read()

    assert list(gauges.samples("farebox_spend_usual_usd")) == list(gauges.samples("farebox_spend_forecast_usd")) == []


def test_a_month_is_forecast_from_the_same_hours_of_the_last_weeks(engine: Engine) -> None:
    gauges, sink = Gauges(engine), DatabaseSink(engine)
    # The rest of October, in India, lasts 6 days and 4 hours; each day at 05:00 UTC is spent what its week spends.
    for week, dollars in ((1, 1), (2, 2), (3, 3), (4, 6)):
        five = int((NOW - datetime(2026, 10, 25, 5, tzinfo=UTC)).total_seconds() / 60) + (week - 1) * 10_080
        sink.write(calls_of(*(five + 1_440 * day for day in range(1, 8)), cost_nanousd=dollars * 10**9), {})
    sink.write(calls_of(29 * 1_440), {})

    so_far = gauges.read()["month", "all", ""]

    forecasts = list(gauges.samples("farebox_spend_forecast_usd"))
    found = {labels["bound"]: value for labels, value in forecasts}
    assert {(labels["window"], labels["scope"]) for labels, _ in forecasts} == {("month", "all")}
    assert found == {"low": so_far + 6, "likely": so_far + 18, "high": so_far + 36}
