"""Reports from hourly sums equal those from the calls to the nano-dollar, also when the calls are deleted."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.records.record import Record
from farebox.report.period import spans
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import writer
from farebox.store.rollups.histogram import BOUNDS
from farebox.store.schema import calls, hourly
from farebox.store.summary import DIMENSIONS, SPANS, Group, Scope, Span, Sums
from farebox.store.totals import Cut, Totals, totals
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from tests.support.effort import in_turn
from tests.support.ledgers import recording_meanwhile, summarise
from tests.support.samples import record

START = datetime(2026, 10, 24, 9, 30, tzinfo=UTC)
DAYS = 3
# Half an hour off UTC; whole hours off, with a clock that changes in these days.
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kolkata")]
WAYS: list[tuple[str, ...]] = [
    *((name,) for name in (*DIMENSIONS, *SPANS)),
    *(("provider", "day"), ("user", "model"), ("hour", "key")),
]
# An example takes a third of the ways.
TURNS = st.integers(0, 2)
# Only the calls themselves have these.
OF_CALLS = {("conversation",), ("agent",), ("turn",), ("billing_source",), ("key_kind",), ("request",)}
TEXTS = st.sampled_from([None, "a", "B"])
TOKENS = st.none() | st.integers(0, 10**9)
MINUTES = st.integers(-60, DAYS * 24 * 60 + 60) | st.integers(0, DAYS * 24).map(lambda hours: hours * 60 - 30)


@st.composite
def records(draw: st.DrawFn) -> Record:
    cost = draw(st.none() | st.integers(0, 10**14))
    names = (
        *("model_returned", "model_requested", "user_id", "conversation", "purpose", "key_fingerprint", "client_app"),
        *("operation", "service_tier", "team", "project", "sidecar"),
    )
    return record(
        started_at=START + timedelta(minutes=draw(st.integers(0, DAYS * 24 * 60))),
        provider=draw(st.sampled_from(["openai", "anthropic"])),
        outcome=draw(st.sampled_from(["ok", "http_error", "provider_cut", "client_abort"])),
        status=draw(st.sampled_from([None, 200, 429])),
        cost_nanousd=cost,
        cost_status="unpriced" if cost is None else draw(st.sampled_from(["priced", "partial", "estimated"])),
        input_tokens=draw(TOKENS),
        cache_read_tokens=draw(TOKENS),
        output_tokens=draw(TOKENS),
        duration_ms=draw(st.none() | st.integers(0, 600_000)),
        **dict(zip(names, draw(st.lists(TEXTS, min_size=len(names), max_size=len(names))), strict=True)),
    )


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    start, end = (
        None if minutes is None else START + timedelta(minutes=minutes)
        for minutes in draw(st.tuples(*[st.none() | MINUTES] * 2))
    )
    where = draw(
        st.sampled_from(
            [
                (),
                (("provider", ("openai",)),),
                (("user", (None, "b*")), ("status", ("200",))),
                (("model", ("a",)),),
            ]
        )
    )
    return Scope(start, end, where)


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """One ledger for all: `fill` empties it."""
    return module_engine


def fill(engine: Engine, rows: Sequence[Record]) -> None:
    with writer(engine).begin() as connection:
        for table in (calls, *hourly.values()):
            connection.execute(delete(table))
    DatabaseSink(engine).write(rows, {})


def cut(by: Sequence[str], zone: ZoneInfo) -> Cut:
    def cut_up(first: datetime, last: datetime) -> list[Span]:
        return spans(next(name for name in by if name in SPANS), (first, last), zone)

    return cut_up


def from_hours(engine: Engine, scope: Scope, by: Sequence[str], zone: ZoneInfo = ZONES[0]) -> Totals:
    return totals(engine, scope, by, cut(by, zone), few=-1)


def from_calls(engine: Engine, scope: Scope, by: Sequence[str], zone: ZoneInfo = ZONES[0]) -> list[Group]:
    if not any(name in SPANS for name in by):
        return summarise(engine, scope, by)
    return summarise(engine, scope, by, cut(by, zone)(START, START + timedelta(days=DAYS)))


def by_key(groups: Sequence[Group]) -> dict[Any, Sums]:
    """Return the sums of each group but for percentiles."""
    assert len({group.key for group in groups}) == len(groups)
    return {group.key: exact(group.sums) for group in groups}


def exact(sums: Sums) -> Sums:
    return replace(sums, p50_ms=None, p95_ms=None, ttft_p50_ms=None, interpolated=False)


def place(milliseconds: int | None) -> int | None:
    """Return the number of the histogram's bucket; the last has no end."""
    return None if milliseconds is None else min(bisect_left(BOUNDS, milliseconds), len(BOUNDS) - 1)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), min_size=1, max_size=25), scope=scopes(), zone=st.sampled_from(ZONES), turn=TURNS)
def test_hourly_sums_equal_the_sums_of_the_calls(
    engine: Engine, rows: list[Record], scope: Scope, zone: ZoneInfo, turn: int
) -> None:
    fill(engine, rows)
    [whole] = summarise(engine, scope, ())

    for by in in_turn(WAYS, turn):
        found = from_hours(engine, scope, by, zone)

        assert by_key(found.groups) == by_key(from_calls(engine, scope, by, zone)), by
        assert exact(found.whole) == exact(whole.sums)
        assert found.gone is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), min_size=1, max_size=25))
def test_percentiles_are_interpolated_within_their_bucket(engine: Engine, rows: list[Record]) -> None:
    fill(engine, rows)

    for found, [read] in (
        (from_hours(engine, Scope(), ("provider",)).whole, summarise(engine, Scope(), ())),
        (from_hours(engine, Scope(START), ("user",)).whole, summarise(engine, Scope(), ())),
    ):
        assert [place(found.p50_ms), place(found.p95_ms)] == [place(read.sums.p50_ms), place(read.sums.p95_ms)]
        assert found.interpolated == (read.sums.p50_ms is not None)
    by_model = from_hours(engine, Scope(), ("provider",)).whole
    assert place(by_model.ttft_p50_ms) == place(read.sums.ttft_p50_ms)


@pytest.mark.parametrize(("few", "by"), [(10_000, ("model",)), (-1, ("model",)), (-1, ("conversation",))])
def test_a_report_shows_one_moment_whatever_is_recorded_meanwhile(
    engine: Engine, few: int, by: tuple[str, ...]
) -> None:
    fill(engine, [record(started_at=START + timedelta(minutes=50 * number)) for number in range(3)])
    with recording_meanwhile(engine, lambda: record(started_at=START + timedelta(minutes=55))):
        found = totals(engine, Scope(START + timedelta(minutes=10)), by, cut(by, ZONES[0]), few=few)

    assert sum(group.sums.calls for group in found.groups) == found.whole.calls == 2
    assert found.gone is None


def test_few_calls_are_read_themselves(engine: Engine) -> None:
    fill(engine, [record(started_at=START + timedelta(hours=hours), duration_ms=700) for hours in range(5)])

    few, many = (totals(engine, Scope(), ("model",), cut((), ZONES[0]), few=few) for few in (5, 4))

    assert (few.whole.p95_ms, few.whole.interpolated) == (700, False)
    assert 630 < (many.whole.p95_ms or 0) < 800
    assert many.whole.interpolated
    assert exact(few.whole) == exact(many.whole)


def gone(engine: Engine, before: datetime) -> None:
    with writer(engine).begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < before))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), min_size=1, max_size=25), scope=scopes(), days=st.integers(0, DAYS + 1), turn=TURNS)
def test_sums_outlive_their_calls(engine: Engine, rows: list[Record], scope: Scope, days: int, turn: int) -> None:
    """Where calls are gone, an hour that the scope cuts is counted whole, with what it began in."""
    if any(name == "model" for name, _ in scope.where):
        # Deleted hours know only which model answered.
        rows = [msgspec.structs.replace(row, model_requested=row.model_returned) for row in rows]
    fill(engine, rows)
    midnight = START.replace(hour=0, minute=0) + timedelta(days=days)
    start, end = (
        bound.replace(minute=0) if bound and bound < midnight else bound for bound in (scope.start, scope.end)
    )
    whole_hours = Scope(start, end, scope.where)
    ways = [way for way in in_turn(WAYS, turn) if way not in OF_CALLS]
    expected = [by_key(from_calls(engine, whole_hours, by)) for by in ways]
    gone(engine, midnight)

    for by, sums in zip(ways, expected, strict=True):
        assert by_key(totals(engine, scope, by, cut(by, ZONES[0])).groups) == sums, by


def test_a_report_that_needs_deleted_calls_is_marked_as_partial(engine: Engine) -> None:
    fill(engine, [record(started_at=START + timedelta(days=day), conversation=str(day)) for day in range(3)])
    noon = START.replace(hour=12, minute=0)
    gone(engine, noon)

    found = [
        totals(engine, scope, by, cut(by, ZONES[0]))
        for by in (("conversation",), ("provider",))
        for scope in (Scope(), Scope(START + timedelta(minutes=5)), Scope(noon + timedelta(days=1)))
    ]

    here = START.replace(minute=0) + timedelta(days=1)
    assert [(one.whole.calls, one.gone, one.is_partial) for one in found] == [
        (2, here, True),
        (2, here, True),
        (1, None, False),
        (3, None, False),
        (3, here, False),
        (1, None, False),
    ]


def test_an_hour_with_deleted_calls_is_counted_whole(engine: Engine) -> None:
    hour = START.replace(minute=0)
    fill(
        engine, [record(started_at=hour + timedelta(minutes=minutes), cost_nanousd=1) for minutes in range(0, 180, 10)]
    )
    gone(engine, hour + timedelta(minutes=25))

    found = from_hours(engine, Scope(hour + timedelta(minutes=15)), ("provider",))

    assert (found.whole.calls, found.whole.cost_nanousd, found.gone) == (18, 18, hour + timedelta(hours=1))


def test_a_model_is_found_by_its_requested_name_as_long_as_its_calls_exist(engine: Engine) -> None:
    dated = {"model_requested": "gpt-4o", "model_returned": "gpt-4o-2024-08-06"}
    alias = {"model_requested": "gpt-4o", "model_returned": "other"}
    for models in (dated, alias):
        fill(engine, [record(started_at=START + timedelta(days=day), **models) for day in range(3)])
        scope = Scope(where=(("model", ("gpt-4o",)),))
        all_there = from_hours(engine, scope, ("provider",))
        gone(engine, START + timedelta(days=1))
        later = from_hours(engine, scope, ("provider",))

        assert (all_there.whole.calls, all_there.gone, all_there.is_by_answer) == (3, None, False)
        assert (later.whole.calls, later.is_by_answer) == (3 if models is dated else 2, True)
        assert later.gone == START.replace(minute=0) + timedelta(days=1)


def test_an_empty_ledger_sums_to_nothing(engine: Engine) -> None:
    fill(engine, [])

    for by in WAYS:
        found = totals(engine, Scope(), by, cut(by, ZONES[0]))
        assert (found.groups, found.whole) == ([], Sums(0, 0, 0, 0, None, None, None, None, None))


@pytest.mark.parametrize("few", [10_000, -1], ids=["calls", "hourly sums"])
@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Asia/Kolkata", "2026-10-25"),
        ("Asia/Kathmandu", "2026-10-25"),
        ("America/St_Johns", "2026-03-08"),
        ("America/St_Johns", "2026-11-01"),
        # Half an hour forward and back.
        ("Australia/Lord_Howe", "2026-10-03"),
        ("Australia/Lord_Howe", "2026-04-04"),
    ],
)
def test_each_call_is_counted_in_its_local_hour_and_day(engine: Engine, zone: str, changes: str, few: int) -> None:
    noon = datetime.fromisoformat(f"{changes} 12:00").replace(tzinfo=UTC)
    times = [noon + timedelta(minutes=minutes) for minutes in range(-16 * 60, 16 * 60, 15)]
    fill(engine, [record(started_at=time, cost_nanousd=1 + number) for number, time in enumerate(times)])
    scope = Scope(times[0] + timedelta(minutes=40), times[-1] - timedelta(minutes=5))
    local = [time.astimezone(ZoneInfo(zone)) for time in times[3:-1]]

    for unit, form in (("hour", "%Y-%m-%d %H:00 %z"), ("day", "%Y-%m-%d")):
        found = totals(engine, scope, (unit,), cut((unit,), ZoneInfo(zone)), few=few)

        # Only an hour that comes twice has its offset in its label.
        labels = [time.strftime(form) for time in local]
        times_of = Counter(label[:16] for label in set(labels))
        expected = Counter(label if times_of[label[:16]] > 1 else label[:16] for label in labels)
        assert {key: sums.calls for (key,), sums in by_key(found.groups).items()} == expected
        assert sum(group.sums.cost_nanousd or 0 for group in found.groups) == found.whole.cost_nanousd
        assert found.whole.cost_nanousd == sum(range(4, len(times)))
