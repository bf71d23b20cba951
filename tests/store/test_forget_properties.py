"""Forgetting a person changes no other sum, whatever happened to the calls before or meanwhile."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from farebox.records.record import Completion, Record
from farebox.records.times import in_utc
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import writer
from farebox.store.forget import Person, forget
from farebox.store.maintenance import Maintenance
from farebox.store.reprices import held, revise
from farebox.store.rollups.callers import CALLER
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL
from farebox.store.schema import call_prices, calls, hourly
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine, delete, func, select

from tests.support.effort import EXHAUSTIVE
from tests.support.ledgers import new_postgres_ledger
from tests.support.postgres import Postgres
from tests.support.samples import AT, record

LATER = datetime(2026, 11, 20, tzinfo=UTC)
TRACES = {"client_addr": "10.0.0.7", "conversation": "c1", "tags": {"x-team": "red"}, "request_hash": "5f"}
SUMS = hourly[BY_CALLER.table]


def gone(*rows: Record, engine: Engine) -> None:
    """Delete calls as retention does, which keeps their sums."""
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.id.in_([row.id for row in rows])))


TEXTS = st.sampled_from([None, "ann", "b"])
NUMBERS = st.none() | st.integers(0, 10**12)


@st.composite
def records(draw: st.DrawFn) -> Record:
    names = (*CALLER, "model_returned")
    values = dict(zip(names, draw(st.lists(TEXTS, min_size=len(names), max_size=len(names))), strict=True))
    cost = draw(NUMBERS)
    return record(
        started_at=AT + timedelta(minutes=draw(st.integers(0, 60 * 50))),
        usage_source=draw(st.sampled_from(["reported", "none"])),
        input_tokens=draw(NUMBERS),
        cache_read_tokens=draw(NUMBERS),
        duration_ms=draw(st.none() | st.integers(0, 10**6)),
        ttft_ms=draw(st.none() | st.integers(0, 10**6)),
        cost_nanousd=cost,
        cost_status="unpriced" if cost is None else "priced",
        **TRACES,
        **values,
    )


@st.composite
def deeds(draw: st.DrawFn) -> tuple[str, int, int, int | None]:
    what = draw(st.sampled_from(["delete", "reprice", "complete", "clear callers", "forget", "forget key"]))
    return what, draw(st.integers(0, 9)), draw(st.integers(1, 6)), draw(NUMBERS)


def priced(nanousd: int | None) -> dict[str, Any]:
    return {"cost_nanousd": nanousd, "cost_status": "unpriced" if nanousd is None else "priced"}


def act(engine: Engine, what: str, some: Sequence[Record], nanousd: int | None) -> None:
    if what == "delete":
        gone(*some, engine=engine)
    elif what == "complete":
        values = {"usage_source": "reported", "input_tokens": 7} | priced(nanousd)
        DatabaseSink(engine).write([], {}, links=Links([Completion(row, replace(row, **values)) for row in some]))
    elif what == "reprice":
        with writer(engine).begin() as connection:
            now = held(connection, sorted(some, key=lambda row: row.started_at))
            revise(connection, [(row, replace(row, **priced(nanousd))) for row in now], LATER)
    elif what == "clear callers":
        maintenance = Maintenance(engine, None, lambda: AT + timedelta(days=9), keep_callers=timedelta(days=9))
        while maintenance.purge():
            pass


def totals(engine: Engine) -> tuple[Any, ...]:
    """Return every sum by what is called, from both tables, and every figure of the calls."""
    same = [name for name in BY_CALLER.columns if name in BY_MODEL.columns and name != "key"]
    numbers = [name for name in BY_CALLER.numbers if name in BY_MODEL.numbers]
    keys = [name for name in same if name not in numbers]
    with engine.connect() as connection:
        found = [
            {
                (in_utc(row[0]), *row[1 : len(keys)]): [int(number or 0) for number in row[len(keys) :]]
                for row in connection.execute(
                    select(*(t.c[n] for n in keys), *(func.sum(t.c[n]) for n in numbers)).group_by(
                        *(t.c[n] for n in keys)
                    )
                )
            }
            for t in (SUMS, hourly[BY_MODEL.table])
        ]
    left = {*CALLER, *TRACES}
    rows = [{name: value for name, value in row.items() if name not in left} for row in queries.all_calls(engine)]
    return *found, rows


@settings(
    max_examples=40 if EXHAUSTIVE else 20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=st.lists(records(), min_size=1, max_size=10), done=st.lists(deeds(), max_size=6))
def test_totals_are_the_same_before_and_after(
    module_engine: Engine, rows: list[Record], done: list[tuple[str, int, int, int | None]]
) -> None:
    engine = module_engine
    with writer(engine).begin() as connection:
        for table in (calls, call_prices, *hourly.values()):
            connection.execute(delete(table))
    DatabaseSink(engine).write(rows, {})

    for what, first, number, nanousd in [*done, ("forget", 0, 0, None)]:
        if not what.startswith("forget"):
            act(engine, what, rows[first : first + number], nanousd)
            continue
        person = Person("key_fingerprint" if what.endswith("key") else "user_id", "ann")
        before = totals(engine)
        forget(engine, person)
        after = totals(engine)
        assert {key: row for key, row in after[0].items() if any(row)} == {
            key: row for key, row in before[0].items() if any(row)
        }
        assert after[1:] == before[1:]
        with engine.connect() as connection:
            for table in (calls, SUMS):
                assert connection.scalar(select(func.count()).where(table.c[person.column] == "ann")) == 0


NAMES = ("ann", "bob", "cid")


def write_and_complete(engine: Engine, batches: Sequence[Sequence[Record]]) -> None:
    for batch in batches:
        DatabaseSink(engine).write(batch, {})
        act(engine, "complete", batch[::-5], 7)


def reprice(engine: Engine, batches: Sequence[Sequence[Record]]) -> None:
    for batch in batches:
        act(engine, "reprice", batch[::2], 3)


def forget_often(engine: Engine, name: str) -> None:
    for _ in range(6):
        forget(engine, Person("user_id", name))


def test_recorders_and_forget_neither_deadlock_nor_lose_a_call(postgres: Postgres) -> None:
    """The same hours, from three recorders, while calls are completed, repriced and forgotten."""
    batches = [
        [record(user_id=NAMES[number % 3], usage_source="none", **priced(1)) for number in range(30)] for _ in range(18)
    ]
    old = [record(user_id=name, model_returned=f"m{number}", **priced(1)) for name in NAMES for number in range(60)]
    with new_postgres_ledger(postgres) as engine, ThreadPoolExecutor(6) as pool:
        DatabaseSink(engine).write(old, {})
        gone(*old, engine=engine)

        working = [pool.submit(write_and_complete, engine, batches[first::3]) for first in range(3)]
        working += [pool.submit(reprice, engine, batches)]
        working += [pool.submit(forget_often, engine, name) for name in NAMES[:2]]
        for one in working:
            one.result(timeout=120)
        for name in NAMES:
            forget(engine, Person("user_id", name))

        by_caller, by_model, rows = totals(engine)
        assert by_caller == by_model
        assert sum(numbers[0] for numbers in by_model.values()) == len(rows) + len(old) == 18 * 30 + len(old)
        with engine.connect() as connection:
            for table in (calls, SUMS):
                assert connection.scalar(select(func.count()).where(table.c.user_id.is_not(None))) == 0
