"""The ledger as a sink: all or nothing, and one bad row stops no other."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.errors import LedgerAwayError
from farebox.records.record import Completion, Record
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.spool.reader import Position
from farebox.store import queries
from farebox.store.engine import name
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine, event, text

from tests.support.ledgers import ids, locked, new_ledger, new_postgres_ledger, refusing
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

    assert (written.new, written.refused) == (records, [])
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


def test_only_a_batch_that_is_repeated_takes_a_savepoint(engine: Engine, sink: DatabaseSink) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    one, other = record(input_tokens=7), record(input_tokens=7)

    sink.write([one], HERE)
    before = [statement for statement in statements if "SAVEPOINT" in statement]
    sink.write([one, other], HERE)

    assert before == []
    assert any("SAVEPOINT" in statement for statement in statements)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT sum(input_tokens) FROM hourly_by_caller")) == 14


@pytest.mark.parametrize("values", POISON.values(), ids=POISON.keys())
def test_one_bad_row_among_500_is_found_and_the_rest_is_stored(
    engine: Engine, sink: DatabaseSink, values: dict[str, Any]
) -> None:
    records = [record() for _ in range(500)]
    records[321] = bad = record(**values)

    written = sink.write(records, HERE)

    assert written.refused == [bad]
    assert written.new == records[:321] + records[322:]
    assert ids(engine) == [one.id for one in written.new]
    assert queries.positions(engine) == HERE


def test_every_bad_row_is_found(engine: Engine, sink: DatabaseSink) -> None:
    bad = [record(**values) for values in POISON.values()]
    good = [record() for _ in range(20)]

    written = sink.write([*bad[:3], *good, *bad[3:]], HERE)

    assert list(written.refused) == bad
    assert ids(engine) == [one.id for one in good]


def test_a_row_that_is_refused_only_together_with_another_is_found(postgres: Postgres) -> None:
    """SQLite makes a floating-point number of such a sum."""
    half = [record(cost_nanousd=2**62) for _ in range(2)]
    other = record()
    with new_postgres_ledger(postgres) as engine:
        written = DatabaseSink(engine).write([*half, other], HERE)

        assert (written.new, written.refused) == ([half[0], other], [half[1]])
        assert ids(engine) == sorted([half[0].id, other.id])
        assert queries.positions(engine) == HERE


@pytest.mark.parametrize("number", [1, 2], ids=["one", "two"])
@pytest.mark.parametrize("values", POISON.values(), ids=POISON.keys())
def test_a_batch_of_bad_rows_alone_is_refused_and_moves_the_position(
    engine: Engine, sink: DatabaseSink, values: dict[str, Any], number: int
) -> None:
    bad = [record(**values) for _ in range(number)]

    written = sink.write(bad, HERE)

    assert written.refused == bad
    assert queries.positions(engine) == HERE


@pytest.mark.parametrize("number", [1, 2, 64])
def test_a_database_that_refuses_every_row_is_away(engine: Engine, sink: DatabaseSink, number: int) -> None:
    records = [record(model_returned="secret-model") for _ in range(number)]
    kept: list[Record] = []

    with refusing(engine, "provider", "openai"):
        for _ in range(2):
            with pytest.raises(LedgerAwayError, match="refuses every call") as raised:
                sink.write(records, HERE, keep_refused=kept.append)

    kind = "SQLITE_CONSTRAINT_TRIGGER" if engine.dialect.name == "sqlite" else "CheckViolation, refusing"
    trouble = f"refuses every call, also with plain values ({kind}): check its constraints and triggers"
    assert (str(raised.value), raised.value.trouble) == (f"ledger {name(engine)} {trouble}", f"it {trouble}")
    assert (kept, ids(engine), queries.positions(engine)) == ([], [], {})
    assert sink.write(records, HERE).refused == []
    assert ids(engine) == [one.id for one in records]


def test_a_bad_row_does_not_hide_that_the_database_refuses_all_others(engine: Engine, sink: DatabaseSink) -> None:
    records = [record(provider="anthropic", input_tokens=2**63), record(), record()]

    with refusing(engine, "provider", "openai"), pytest.raises(LedgerAwayError):
        sink.write(records, HERE)

    written = sink.write(records, HERE)
    assert (written.refused, written.new) == (records[:1], records[1:])


def test_rows_that_the_database_refuses_beside_others_are_kept_before_the_others_are_stored(
    engine: Engine, sink: DatabaseSink
) -> None:
    records = [record(), record(provider="anthropic"), record()]
    kept: list[tuple[Record, list[str]]] = []

    with refusing(engine, "provider", "openai"):
        written = sink.write(records, HERE, keep_refused=lambda row: kept.append((row, ids(engine))))

    assert kept == [(records[0], []), (records[2], [])]
    assert (written.refused, written.new) == ([records[0], records[2]], [records[1]])
    assert ids(engine) == [records[1].id]
    assert queries.positions(engine) == HERE


def test_trying_a_batch_that_was_refused_whole_again_does_not_search_it(engine: Engine, sink: DatabaseSink) -> None:
    records = [record() for _ in range(64)]
    transactions: list[int] = []
    event.listen(engine, "begin", lambda _connection: transactions.append(1))

    numbers = []
    with refusing(engine, "provider", "openai"):
        for batch in (records, records, [*records, record(provider="anthropic")]):
            transactions.clear()
            with suppress(LedgerAwayError):
                sink.write(batch, HERE)
            numbers.append(len(transactions))

    assert numbers[0] > 64
    assert numbers[1] <= 4
    assert len(ids(engine)) == 1


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


def pending(**values: Any) -> Record:
    return record(**{"response_id": "resp_1", "usage_source": "none", "cost_status": "unpriced"} | values)


def completion(before: Record, **values: Any) -> Completion:
    return Completion(before, msgspec.structs.replace(before, usage_source="reported", **values))


def test_a_row_is_changed_by_the_first_of_two_recorders_only(engine: Engine, sink: DatabaseSink) -> None:
    row = pending()
    sink.write([row], HERE)
    first, second = completion(row, input_tokens=900), completion(row, input_tokens=1)

    written = [DatabaseSink(engine).write([], {}, links=Links([one])) for one in (first, second)]

    assert [one.changed for one in written] == [[first], []]
    assert [row["input_tokens"] for row in queries.all_calls(engine)] == [900]
    with snapshot(engine) as connection:
        assert connection.scalar(text("SELECT sum(input_tokens) FROM hourly_by_model")) == 900


def test_a_completion_that_the_database_refuses_is_kept_and_leaves_the_row(engine: Engine, sink: DatabaseSink) -> None:
    row, other = pending(), pending(response_id="resp_2")
    sink.write([row, other], HERE)
    bad, good = completion(row, input_tokens=2**63), completion(other, input_tokens=5)
    kept: list[Record] = []

    written = sink.write([], {}, links=Links([bad, good]), keep_refused=kept.append)

    assert (kept, written.refused, written.changed) == ([bad.after], [bad.after], [good])
    assert [row["input_tokens"] for row in queries.all_calls(engine)] == [None, 5]


def test_a_batch_of_a_bad_completion_alone_is_refused(engine: Engine, sink: DatabaseSink) -> None:
    row = pending()
    sink.write([row], {})
    bad = completion(row, input_tokens=2**63)

    written = sink.write([], HERE, links=Links([bad]))

    assert (written.refused, written.changed) == ([bad.after], [])
    assert queries.positions(engine) == HERE


def test_a_database_that_refuses_every_change_is_away(engine: Engine, sink: DatabaseSink) -> None:
    row = pending()
    sink.write([row], {})
    one = completion(row, input_tokens=5)
    if engine.dialect.name == "sqlite":
        statement = "CREATE TRIGGER refusing BEFORE UPDATE ON calls BEGIN SELECT RAISE(ABORT, 'refused'); END"
    else:
        statement = "ALTER TABLE calls ADD CONSTRAINT refusing CHECK (usage_source <> 'reported') NOT VALID"
    with engine.begin() as connection:
        connection.execute(text(statement))

    with pytest.raises(LedgerAwayError, match="refuses every call"):
        sink.write([], HERE, links=Links([one]))

    assert queries.positions(engine) == {}


def test_spools_that_ended_are_forgotten(engine: Engine, sink: DatabaseSink) -> None:
    sink.write([], {"one": Position(1, 8), "two": Position(1, 8)})

    sink.write([], {"two": Position(2, 8)}, ended=["one"])

    assert queries.positions(engine) == {"two": Position(2, 8)}
