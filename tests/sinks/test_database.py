"""The ledger as a sink: all or nothing, and one bad row stops no other."""

from pathlib import Path
from typing import Any

import pytest
from farebox.errors import LedgerAwayError
from farebox.sinks.database import DatabaseSink
from farebox.spool.reader import Position
from farebox.store import queries
from sqlalchemy import Engine, text

from tests.support.ledgers import ids, locked, new_ledger, new_postgres_ledger
from tests.support.postgres import Postgres
from tests.support.samples import record

HERE = {"worker": Position(1, 100)}
POISON: dict[str, dict[str, Any]] = {
    "a count too large": {"input_tokens": 2**63},
    "money too large": {"cost_nanousd": 2**63},
    "a lone surrogate": {"model_returned": "gpt-\ud800"},
    "no name": {"provider": None},
    "no text": {"host": object()},
    "no JSON": {"units": {"images": object()}},
}


@pytest.fixture
def sink(engine: Engine) -> DatabaseSink:
    return DatabaseSink(engine, sidecar="here")


def test_rows_and_positions_are_stored_together(engine: Engine, sink: DatabaseSink) -> None:
    records = [record() for _ in range(3)]

    written = sink.write(records, HERE)

    assert (written.records, written.refused) == (records, [])
    assert ids(engine) == [one.id for one in records]
    assert queries.positions(engine) == HERE


def test_positions_are_marked_with_their_sidecar(engine: Engine, sink: DatabaseSink) -> None:
    sink.write([], HERE)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT sidecar FROM spool_positions")).scalars().all() == ["here"]


def test_a_position_that_cannot_be_stored_leaves_no_row(engine: Engine, sink: DatabaseSink) -> None:
    with pytest.raises(LedgerAwayError):
        sink.write([record(), record()], {"worker": Position(1, 2**63)})

    assert ids(engine) == []
    assert queries.positions(engine) == {}


def test_a_row_stored_twice_is_there_once(engine: Engine, sink: DatabaseSink) -> None:
    one, other = record(), record()

    sink.write([one, one], HERE)
    sink.write([one, other], HERE)

    assert ids(engine) == [one.id, other.id]


@pytest.mark.parametrize("told", POISON.values(), ids=POISON.keys())
def test_one_bad_row_among_500_is_found_and_the_rest_is_stored(
    engine: Engine, sink: DatabaseSink, told: dict[str, Any]
) -> None:
    records = [record() for _ in range(500)]
    records[321] = bad = record(**told)

    written = sink.write(records, HERE)

    assert written.refused == [bad]
    assert written.records == records[:321] + records[322:]
    assert ids(engine) == [one.id for one in written.records]
    assert queries.positions(engine) == HERE


def test_every_bad_row_is_found(engine: Engine, sink: DatabaseSink) -> None:
    bad = [record(**told) for told in POISON.values()]
    good = [record() for _ in range(20)]

    written = sink.write([*bad[:3], *good, *bad[3:]], HERE)

    assert list(written.refused) == bad
    assert ids(engine) == [one.id for one in good]


def test_a_row_that_is_too_much_in_company_alone_is_found(postgres: Postgres) -> None:
    """SQLite makes a floating-point number of such a sum."""
    half = [record(cost_nanousd=2**62) for _ in range(2)]
    other = record()
    with new_postgres_ledger(postgres) as engine:
        written = DatabaseSink(engine).write([*half, other], HERE)

        assert (written.records, written.refused) == ([half[0], other], [half[1]])
        assert ids(engine) == sorted([half[0].id, other.id])
        assert queries.positions(engine) == HERE


def test_a_batch_of_bad_rows_still_moves_the_position(engine: Engine, sink: DatabaseSink) -> None:
    written = sink.write([record(input_tokens=2**63)], HERE)

    assert len(written.refused) == 1
    assert queries.positions(engine) == HERE


def test_a_locked_ledger_is_away_and_nothing_is_refused(tmp_path: Path) -> None:
    records = [record()]

    with new_ledger(tmp_path / "ledger.db") as engine:
        sink = DatabaseSink(engine)
        with locked(tmp_path / "ledger.db"), pytest.raises(LedgerAwayError, match="database is locked"):
            sink.write(records, HERE)
        assert ids(engine) == []

        assert sink.write(records, HERE).refused == []
        assert ids(engine) == [records[0].id]


def test_a_ledger_without_tables_is_away(engine: Engine, sink: DatabaseSink) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE calls RENAME TO gone"))

    with pytest.raises(LedgerAwayError, match="run `farebox migrate`"):
        sink.write([record()], HERE)


def test_spools_that_ended_are_forgotten(engine: Engine, sink: DatabaseSink) -> None:
    sink.write([], {"one": Position(1, 8), "two": Position(1, 8)})

    sink.write([], {"two": Position(2, 8)}, ended=["one"])

    assert queries.positions(engine) == {"two": Position(2, 8)}
