"""Hourly sums equal those of the calls in any order of arrival, to the token and the nano-dollar."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Completion, Record
from farebox.records.times import in_utc
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import writer
from farebox.store.reprices import held, revise
from farebox.store.rollups.histogram import BOUNDS
from farebox.store.rollups.rebuild import rebuild
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL, ROLLUP_TABLES, RollupTable
from farebox.store.schema import call_prices, calls, hourly
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine, delete, insert, select, update

from tests.support.effort import EXHAUSTIVE
from tests.support.ledgers import new_postgres_ledger
from tests.support.postgres import Postgres
from tests.support.samples import AT, record

TEXTS = st.sampled_from([None, "a", "b"])
TOKENS = st.none() | st.integers(0, 10**12)
MILLISECONDS = st.none() | st.sampled_from([0, 10, 11, 800, 1_000, 1_001, 500_000, 500_001]) | st.integers(0, 10**6)
COSTS = st.none() | st.integers(0, 10**14)
LATER = datetime(2026, 11, 20, tzinfo=UTC)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A call of one of two hours, which may lack its tokens."""
    names = (
        *("model_returned", "model_requested", "operation", "service_tier", "purpose", "client_app", "sidecar"),
        *("user_id", "team", "project", "key_fingerprint"),
    )
    return record(
        started_at=AT + timedelta(minutes=draw(st.integers(0, 60))),
        outcome=draw(st.sampled_from(["ok", "http_error"])),
        status=draw(st.sampled_from([None, 200, 429])),
        usage_source=draw(st.sampled_from(["reported", "none"])),
        input_tokens=draw(TOKENS),
        cache_read_tokens=draw(TOKENS),
        output_tokens=draw(TOKENS),
        reasoning_tokens=draw(TOKENS),
        duration_ms=draw(MILLISECONDS),
        ttft_ms=draw(MILLISECONDS),
        **dict(zip(names, draw(st.lists(TEXTS, min_size=len(names), max_size=len(names))), strict=True)),
        **priced(draw(COSTS), draw(COSTS)),
    )


def priced(nanousd: int | None, catalogue: int | None = None) -> dict[str, Any]:
    status = "unpriced" if nanousd is None else "priced"
    return {"cost_nanousd": nanousd, "catalogue_cost_nanousd": catalogue, "cost_status": status}


@st.composite
def deeds(draw: st.DrawFn) -> tuple[str, int, int, int | None]:
    """What is done to which of the records, counted from one on, and at which price."""
    what = draw(st.sampled_from(["write", "write", "complete", "reprice"]))
    return what, draw(st.integers(0, 11)), draw(st.integers(1, 6)), draw(COSTS)


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """One ledger for all: `empty` empties it."""
    return module_engine


def empty(engine: Engine) -> None:
    with writer(engine).begin() as connection:
        for table in (calls, call_prices, *hourly.values()):
            connection.execute(delete(table))


def complete(engine: Engine, rows: Sequence[Record], nanousd: int | None) -> None:
    """Let a poll complete `rows` with their tokens; those that have them already stay as they are."""
    values = {"usage_source": "reported", "input_tokens": 7, "output_tokens": 8, "finish_reason": "stop"}
    completions = [Completion(row, replace(row, **values, **priced(nanousd))) for row in rows]
    DatabaseSink(engine).write([], {}, links=Links(completions))


def reprice(engine: Engine, rows: Sequence[Record], nanousd: int | None) -> None:
    with writer(engine).begin() as connection:
        now = held(connection, sorted(rows, key=lambda row: row.started_at))
        revise(connection, [(row, replace(row, **priced(nanousd, nanousd))) for row in now], LATER)


def summed(engine: Engine, rollup: RollupTable) -> dict[tuple[Any, ...], dict[str, int | None]]:
    """Return what the rows of `rollup` should be, added up call by call."""
    rows: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for call in queries.all_calls(engine):
        call["model"] = call["model_requested"] if call["model_returned"] is None else call["model_returned"]
        call["cacheable_tokens"] = None if call["cache_read_tokens"] is None else call["input_tokens"]
        hour = in_utc(call["started_at"]).replace(minute=0, second=0, microsecond=0)
        rows[hour, *(call[name] for name in rollup.dimensions)].append(call)
    return {key: _sums(rollup, group) for key, group in rows.items()}


def _sums(rollup: RollupTable, group: list[dict[str, Any]]) -> dict[str, int | None]:
    sums: dict[str, int | None] = {"calls": len(group)}
    for name in rollup.measures:
        known = [call[name] for call in group if call[name] is not None]
        sums |= {name: sum(known) if known else None, f"{name}_known": len(known)}
    for name in rollup.histograms:
        for low, high in zip((-1, *BOUNDS), BOUNDS, strict=False):
            number = sum(call[name] is not None and low < call[name] <= high for call in group)
            sums[f"{name}_to_{high}"] = number or None
    return sums


def kept(engine: Engine, rollup: RollupTable) -> dict[tuple[Any, ...], dict[str, int | None]]:
    """Return the rows of `rollup` as the ledger has them."""
    with engine.connect() as connection:
        rows = connection.execute(select(hourly[rollup.table])).mappings().all()
    return {
        (in_utc(row["hour"]), *(row[name] for name in rollup.dimensions)): {name: row[name] for name in rollup.numbers}
        for row in rows
    }


@settings(
    max_examples=60 if EXHAUSTIVE else 25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=st.lists(records(), min_size=1, max_size=12), done=st.lists(deeds(), max_size=8))
def test_sums_always_equal_those_of_the_calls(
    engine: Engine, rows: list[Record], done: list[tuple[str, int, int, int | None]]
) -> None:
    empty(engine)

    for what, first, number, nanousd in [("write", 0, 6, None), *done]:
        some = rows[first : first + number]
        if what == "write":
            DatabaseSink(engine).write([*some, *some[:1]], {})
        elif what == "complete":
            complete(engine, some, nanousd)
        else:
            reprice(engine, some, nanousd)

    for rollup in ROLLUP_TABLES:
        assert kept(engine, rollup) == summed(engine, rollup)
    assert rebuild(engine) == 0


def test_unknown_is_neither_an_empty_text_nor_zero(engine: Engine) -> None:
    empty(engine)
    DatabaseSink(engine).write([record(user_id=None), record(user_id=""), record(user_id="", output_tokens=0)], {})

    place = BY_CALLER.dimensions.index("user_id") - len(BY_CALLER.dimensions)
    found = {key[place]: (sums["calls"], sums["output_tokens"]) for key, sums in kept(engine, BY_CALLER).items()}
    assert found == {None: (1, None), "": (2, 0)}


def test_a_row_without_calls_is_deleted(engine: Engine) -> None:
    empty(engine)
    one = record(**priced(None))
    DatabaseSink(engine).write([one], {})

    reprice(engine, [one], 5)

    assert [(key[9], sums["cost_nanousd"]) for key, sums in kept(engine, BY_MODEL).items()] == [("priced", 5)]


def test_rows_that_the_ledger_refuses_are_in_no_sum(engine: Engine) -> None:
    empty(engine)
    bad = record(input_tokens=2**63)

    assert DatabaseSink(engine).write([record(input_tokens=1), bad, record(input_tokens=2)], {}).refused == [bad]

    assert [sums["input_tokens"] for sums in kept(engine, BY_MODEL).values()] == [3]


def test_wrong_sums_are_corrected(engine: Engine) -> None:
    """A farebox of an earlier version, beside this one, writes calls alone."""
    empty(engine)
    DatabaseSink(engine).write([record(), record(started_at=AT + timedelta(hours=1))], {})
    late = record(started_at=AT + timedelta(hours=3), **priced(9))
    with engine.begin() as connection:
        connection.execute(insert(calls), [{name: getattr(late, name) for name in late.__struct_fields__}])
        connection.execute(update(hourly[BY_MODEL.table]).values(cost_nanousd=1, cost_nanousd_known=1))

    assert rebuild(engine, AT + timedelta(hours=1)) == 2
    assert rebuild(engine) == 1
    assert rebuild(engine) == 0

    for rollup in ROLLUP_TABLES:
        assert kept(engine, rollup) == summed(engine, rollup)


def test_sums_outlive_their_calls(engine: Engine) -> None:
    empty(engine)
    gone, here = record(**priced(1)), record(**priced(2))
    DatabaseSink(engine).write([gone, here], {})
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.id == gone.id))

    assert rebuild(engine) == 0

    assert [sums["cost_nanousd"] for sums in kept(engine, BY_MODEL).values()] == [3]


def test_concurrent_writers_neither_deadlock_nor_lose_a_call(postgres: Postgres) -> None:
    """The same rows of sums, from four recorders, while one prices anew and one holds the sums against the calls."""
    users = [f"u{number}" for number in range(20)]
    batches = [
        [record(user_id=user, **priced(1), usage_source="none") for user in users[number:] + users[:number]]
        for number in range(20)
    ]

    with new_postgres_ledger(postgres) as engine, ThreadPoolExecutor(6) as pool:

        def write(first: int) -> None:
            for batch in batches[first::4]:
                DatabaseSink(engine).write(batch, {})
                complete(engine, batch[::-5], 7)

        def again() -> None:
            for batch in batches:
                reprice(engine, batch[::2], 3)

        writing = [pool.submit(write, first) for first in range(4)]
        pricing, holding = pool.submit(again), pool.submit(rebuild, engine)
        for one in (*writing, pricing):
            one.result(timeout=60)
        holding.result(timeout=60)

        assert rebuild(engine) == 0
        assert sum(sums["calls"] or 0 for sums in kept(engine, BY_MODEL).values()) == 400
        assert kept(engine, BY_CALLER) == summed(engine, BY_CALLER)
