"""A copy has every call once, whatever arrives, changes or ends meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from farebox.errors import LedgerError
from farebox.records.record import Completion
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import writer
from farebox.store.forget import Person, forget
from farebox.store.schema import calls
from farebox.store.transfer.copying import copy
from sqlalchemy import Engine, delete

from tests.store.transfer.ledgers import BEGUN, TARGETS, fill, new_target, on_each_pair, reprice, rows, some_calls, sums
from tests.support.ledgers import recording_meanwhile
from tests.support.samples import record


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with new_target(request, tmp_path) as engine:
        yield engine


@on_each_pair
def test_everything_is_copied_once_and_proven_by_month(engine: Engine, target: Engine) -> None:
    fill(engine, some_calls())
    reprice(engine, [rows(engine)[3].id], 77)
    done: list[int] = []

    first, second = copy(engine, target, done.append), copy(engine, target)

    assert rows(target) == rows(engine)
    assert sums(target) == sums(engine)
    assert (first.sent, second.sent, sum(done)) == (40, 0, 40)
    assert {month: own["calls"] for month, (own, _) in first.months.items()} == {"2026-09": 17, "2026-10": 23}
    assert all(own == theirs for own, theirs in (*first.months.values(), *second.months.values()))


@on_each_pair
def test_a_second_copy_brings_what_arrived_and_changed(engine: Engine, target: Engine) -> None:
    cut = record(started_at=BEGUN, usage_source="none", response_id="resp-1", user_id="u1")
    fill(engine, [*some_calls(20), cut])
    reprice(engine, [rows(engine)[3].id], 77)
    copy(engine, target)

    fill(engine, [record(started_at=BEGUN + timedelta(hours=1), input_tokens=5), record(input_tokens=7)])
    whole = msgspec.structs.replace(cut, usage_source="reported", input_tokens=11, output_tokens=12)
    DatabaseSink(engine).write([], {}, links=Links([Completion(cut, whole)]))
    reprice(engine, [rows(engine)[3].id, rows(engine)[8].id], 88, BEGUN + timedelta(days=60))
    again = copy(engine, target)

    assert rows(target) == rows(engine)
    assert sums(target) == sums(engine)
    assert all(own == theirs for own, theirs in again.months.values())
    assert copy(engine, target).sent == 0


@on_each_pair
def test_a_recorder_may_write_meanwhile(engine: Engine, target: Engine) -> None:
    fill(engine, some_calls())
    with recording_meanwhile(engine, lambda: record(started_at=BEGUN + timedelta(hours=5))):
        meanwhile = copy(engine, target)

    assert all(own == theirs for own, theirs in meanwhile.months.values())
    assert len(rows(engine)) > len(rows(target))
    copy(engine, target)
    assert rows(target) == rows(engine)
    assert sums(target) == sums(engine)


@on_each_pair
def test_a_ledger_with_other_calls_is_refused_and_stays_as_it_is(
    engine: Engine, target: Engine, tmp_path: Path
) -> None:
    fill(engine, some_calls(3))
    copy(engine, target)
    with writer(engine).begin() as connection:
        connection.execute(delete(calls).where(calls.c.id == rows(target)[1].id))
    fill(engine, [record()])
    before = rows(target)

    with pytest.raises(LedgerError, match=f"calls that .* has not, such as {before[1].id} of 2026-09-29"):
        copy(engine, target)

    assert rows(target) == before


@on_each_pair
def test_calls_that_retention_deleted_after_they_were_copied_are_no_strangers(engine: Engine, target: Engine) -> None:
    fill(engine, some_calls())
    copy(engine, target)
    before = sums(target)
    with writer(engine).begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < BEGUN + timedelta(days=2)))

    again = copy(engine, target)

    assert len(rows(target)) == 40
    assert sums(target) == before
    assert min(again.months) == "2026-09"
    assert again.sent <= 8


@on_each_pair
def test_a_person_who_is_forgotten_after_a_copy_is_so_in_the_target_too(engine: Engine, target: Engine) -> None:
    fill(engine, [record(started_at=BEGUN, user_id=user, client_addr="10.0.0.1") for user in ("ann", "bob")])
    copy(engine, target)
    forget(engine, Person("user_id", "ann"))

    copy(engine, target)

    assert [(row.user_id, row.client_addr) for row in rows(target)] == [(None, None), ("bob", "10.0.0.1")]
    assert sums(target) == sums(engine)
