"""Sums over the calls: exact for every way to sum them up, and unknown is not zero."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from farebox.records.record import Record
from farebox.records.times import in_utc
from farebox.report.period import spans
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.schema import calls
from farebox.store.summary import DIMENSIONS, SPANS, Doubt, Scope, Sums
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from tests.support.effort import in_turn
from tests.support.ledgers import doubts, summarise
from tests.support.samples import AT, record

ZONE = ZoneInfo("Europe/Berlin")
TEXTS = st.sampled_from([None, "a", "B", "gpt-4o"])
TOKENS = st.none() | st.integers(0, 10**9)


@st.composite
def records(draw: st.DrawFn) -> Record:
    cost = draw(st.none() | st.integers(0, 10**14))
    values: dict[str, Any] = {
        "started_at": AT + timedelta(minutes=draw(st.integers(0, 3000))),
        "provider": draw(st.sampled_from(["openai", "anthropic"])),
        "outcome": draw(st.sampled_from(["ok", "http_error", "provider_cut", "network_error", "client_abort"])),
        "status": draw(st.sampled_from([None, 200, 429])),
        "cost_nanousd": cost,
        "cost_status": "unpriced" if cost is None else draw(st.sampled_from(["priced", "partial"])),
        "input_tokens": draw(TOKENS),
        "cache_read_tokens": draw(TOKENS),
        "output_tokens": draw(TOKENS),
        "duration_ms": draw(st.none() | st.integers(0, 10_000)),
    }
    names = ("model_returned", "model_requested", "user_id", "conversation", "purpose", "key_fingerprint", "client_app")
    return record(**values, **{name: draw(TEXTS) for name in names})


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """One ledger for all: `fill` empties it."""
    return module_engine


def fill(engine: Engine, rows: list[Record]) -> None:
    with Session(engine) as session, session.begin():
        session.execute(delete(calls))
    DatabaseSink(engine).write(rows, {})


def spans_of(engine: Engine, unit: str) -> list[tuple[str, datetime, datetime]]:
    starts = [in_utc(call["started_at"]) for call in queries.all_calls(engine)]
    return spans(unit, (starts[0], starts[-1]), ZONE)


def whole(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), min_size=1, max_size=30), turn=st.integers(0, 2))
def test_sums_equal_the_sum_of_rows_for_every_way_to_sum_up(engine: Engine, rows: list[Record], turn: int) -> None:
    fill(engine, rows)
    ways: list[tuple[str, ...]] = [
        *((name,) for name in (*DIMENSIONS, *SPANS)),
        (),
        ("provider", "day"),
        ("user", "model"),
    ]

    for by in in_turn(ways, turn):
        units = [name for name in by if name in SPANS]
        groups = summarise(engine, Scope(), by, spans_of(engine, units[0]) if units else ())

        assert sum(group.sums.calls for group in groups) == len(rows)
        for sums_to in ("cost_nanousd", "input_tokens", "output_tokens", "cache_read_tokens"):
            assert whole([getattr(group.sums, sums_to) for group in groups]) == whole(
                [getattr(row, sums_to) for row in rows]
            )
        assert len({group.key for group in groups}) == len(groups)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), min_size=1, max_size=30))
def test_percentiles_are_durations_by_nearest_rank(engine: Engine, rows: list[Record]) -> None:
    fill(engine, rows)

    for group in summarise(engine, Scope(), ("provider",)):
        durations = sorted(
            row.duration_ms for row in rows if row.provider == group.key[0] and row.duration_ms is not None
        )
        expected = [durations[-(-len(durations) * percent // 100) - 1] if durations else None for percent in (50, 95)]
        assert [group.sums.p50_ms, group.sums.p95_ms] == expected


def test_models_are_compared_by_the_speed_of_what_they_wrote_and_the_time_to_their_first_token(engine: Engine) -> None:
    text = {"model_returned": "m", "operation": "chat"}
    fill(
        engine,
        [
            record(**text, output_tokens=300, duration_ms=2_000, ttft_ms=200),
            record(**text, output_tokens=100, duration_ms=2_000, ttft_ms=600),
            record(**text, output_tokens=500, duration_ms=1_000, ttft_ms=400, outcome="client_abort"),
            record(**text, outcome="http_error", duration_ms=9_000),
            record(model_returned="m", operation="embeddings", duration_ms=8_000),
        ],
    )

    [group] = summarise(engine, Scope(), ("model",))

    assert (group.sums.written_tokens, group.sums.written_ms, group.sums.tokens_per_second) == (400, 4_000, 100.0)
    assert (group.sums.ttft_p50_ms, group.sums.error_share) == (400, 0.2)


def test_a_sum_without_values_is_none(engine: Engine) -> None:
    fill(engine, [record(cost_status="unpriced")])

    [group] = summarise(engine, Scope(), ())

    assert group.sums == Sums(1, 0, 1, 0, None, None, None, None, None)


def test_an_empty_ledger_sums_to_nothing(engine: Engine) -> None:
    fill(engine, [])

    assert [group.sums.calls for group in summarise(engine, Scope(), ())] == [0]
    assert summarise(engine, Scope(), ("provider",)) == []


def test_the_cache_share_covers_calls_that_report_it(engine: Engine) -> None:
    fill(engine, [record(input_tokens=100, cache_read_tokens=60), record(input_tokens=900)])

    [group] = summarise(engine, Scope(), ())

    assert (group.sums.cache_read_tokens, group.sums.cacheable_tokens, group.sums.input_tokens) == (60, 100, 1000)


def test_a_day_is_one_of_the_users_time_zone(engine: Engine) -> None:
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    fill(
        engine, [record(started_at=late, cost_nanousd=1), record(started_at=late - timedelta(hours=1), cost_nanousd=2)]
    )

    groups = sorted(summarise(engine, Scope(), ("day",), spans_of(engine, "day")), key=lambda group: group.key)

    assert [(group.key, group.sums.cost_nanousd) for group in groups] == [(("2026-11-01",), 2), (("2026-11-02",), 1)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ((("provider", ("openai",)),), {"1", "2", "3"}),
        ((("provider", ("OpenAI",)),), {"1", "2", "3"}),
        ((("model", ("gpt-4*",)),), {"1", "3"}),
        ((("model", ("gpt_4o",)),), set()),
        ((("model", ("gpt-4o", "claude*")),), {"1", "4"}),
        ((("status", ("429",)),), {"3"}),
        ((("user", (None,)),), {"2", "3", "4"}),
        ((("user", (None, "u1")),), {"1", "2", "3", "4"}),
        ((("provider", ("openai",)), ("status", ("200",))), {"1", "2"}),
        ((("model", ("%",)),), set()),
    ],
)
def test_conditions(engine: Engine, where: tuple[Any, ...], expected: set[str]) -> None:
    rows = [
        record(conversation="1", model_returned="gpt-4o", user_id="u1", status=200),
        record(conversation="2", model_requested="o3", status=200),
        record(conversation="3", model_returned="gpt-4.1", status=429),
        record(conversation="4", model_returned="claude-sonnet-4-5", provider="anthropic", status=200),
    ]
    fill(engine, rows)

    assert {group.key[0] for group in summarise(engine, Scope(where=where), ("conversation",))} == expected


def test_a_period_includes_its_start_and_not_its_end(engine: Engine) -> None:
    fill(
        engine, [record(started_at=AT + timedelta(minutes=minutes), conversation=str(minutes)) for minutes in range(4)]
    )

    scope = Scope(AT + timedelta(minutes=1), AT + timedelta(minutes=3))

    assert {group.key[0] for group in summarise(engine, scope, ("conversation",))} == {"1", "2"}


def test_doubts_name_model_and_reasons(engine: Engine) -> None:
    unknown = {"cost_status": "unpriced", "cost_reasons": ["unknown_model"], "model_requested": "house"}
    fill(
        engine, [record(**unknown), record(**unknown), record(cost_status="partial", cost_reasons=["a", "b"]), record()]
    )

    assert doubts(engine, Scope()) == [
        Doubt("openai", "house", "unpriced", ("unknown_model",), 2),
        Doubt("openai", None, "partial", ("a", "b"), 1),
    ]
