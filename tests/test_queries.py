"""What is read from and written to the ledger."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.record import COLUMNS
from farebox.spool.reader import Position
from farebox.store import queries
from sqlalchemy import Engine, text

from .ledgers import new_ledger
from .samples import AT, record

JSON_COLUMNS = ("units", "estimate", "raw_usage", "cost_reasons", "rate_card", "tags", "params", "ratelimit")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with new_ledger(tmp_path / "ledger.db") as engine:
        yield engine


def insert(engine: Engine, *rows: dict[str, Any]) -> None:
    with engine.begin() as connection:
        queries.insert_calls(connection, rows)


def row(**told: Any) -> dict[str, Any]:
    return msgspec.structs.asdict(record(**told))


def test_a_row_is_read_as_it_was_written(engine: Engine) -> None:
    full = row(
        streamed=True,
        status=200,
        input_tokens=2**53,
        cost_nanousd=2**63 - 1,
        units={"images": 2},
        raw_usage={"a": {"b": [1, None, True, 0.5]}},
        cost_reasons=["no_price:images"],
        tags={"x-team": "Zoë \N{GRINNING FACE}"},
    )

    insert(engine, full)

    [found] = queries.all_calls(engine)
    assert tuple(found) == COLUMNS
    assert found == {**full, "started_at": AT.replace(tzinfo=None)}


def test_a_row_that_is_there_already_is_left_as_it_is(engine: Engine) -> None:
    first = row(model_requested="first")

    insert(engine, first)
    insert(engine, {**first, "model_requested": "second"}, row(model_requested="third"))

    assert [found["model_requested"] for found in queries.all_calls(engine)] == ["first", "third"]


def test_no_rows_are_no_error(engine: Engine) -> None:
    insert(engine)

    assert list(queries.all_calls(engine)) == []


def test_unknown_is_null_also_in_json(engine: Engine) -> None:
    insert(engine, row())

    with engine.connect() as connection:
        unknown = " AND ".join(f"{name} IS NULL" for name in (*JSON_COLUMNS, "input_tokens", "cost_nanousd"))
        assert connection.execute(text(f"SELECT count(*) FROM calls WHERE {unknown}")).scalar_one() == 1


def test_rows_come_in_the_order_of_their_start(engine: Engine) -> None:
    starts = [AT + timedelta(seconds=seconds) for seconds in (5, 1, 3)]

    insert(engine, *(row(started_at=start) for start in starts))

    found = [one["started_at"] for one in queries.all_calls(engine)]
    assert found == [start.replace(tzinfo=None) for start in sorted(starts)]


def test_a_position_is_stored_moved_and_forgotten(engine: Engine) -> None:
    found = []
    for positions in ({"a": Position(1, 8), "b": Position(2, 2**40)}, {"a": Position(3, 9)}):
        with engine.begin() as connection:
            queries.store_positions(connection, positions, sidecar="here")
        found.append(queries.positions(engine))
    with engine.begin() as connection:
        queries.forget_positions(connection, ["b", "never there"])

    assert found == [
        {"a": Position(1, 8), "b": Position(2, 2**40)},
        {"a": Position(3, 9), "b": Position(2, 2**40)},
    ]
    assert queries.positions(engine) == {"a": Position(3, 9)}
