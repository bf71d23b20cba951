"""Records are written to the ledger, each once, and read back."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from farebox.records.columns import NAMES
from farebox.records.record import Record
from farebox.records.times import in_utc
from farebox.store import queries
from farebox.store.rows import insert_calls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.support.samples import AT, new_id, record

JSON_COLUMNS = ("units", "estimate", "raw_usage", "cost_reasons", "rate_card", "tags", "params", "ratelimit")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NUMBERS = st.integers(-(2**63), 2**63 - 1)


def insert(engine: Engine, *records: Record) -> list[str]:
    """Insert `records` and return the ids of the new ones."""
    with engine.begin() as connection:
        return [new.id for new in insert_calls(connection, records)]


def rows(engine: Engine) -> list[dict[str, Any]]:
    return [{**row, "started_at": in_utc(row["started_at"])} for row in queries.all_calls(engine)]


def test_a_row_is_read_as_it_was_written(engine: Engine) -> None:
    full = record(
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

    [found] = rows(engine)
    assert tuple(found) == NAMES
    assert found == msgspec.structs.asdict(full)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_text_and_number_is_read_as_it_was_written(engine: Engine, data: st.DataObject) -> None:
    values: dict[str, Any] = {
        name: data.draw(TEXTS) for name in ("host", "model_requested", "finish_reason", "user_id")
    }
    values |= {name: data.draw(NUMBERS) for name in ("input_tokens", "cost_nanousd", "duration_ms")}
    values |= {"tags": data.draw(st.dictionaries(TEXTS, TEXTS)), "cost_reasons": data.draw(st.lists(TEXTS))}
    one = record(started_at=data.draw(st.datetimes()).replace(tzinfo=AT.tzinfo), **values)

    assert insert(engine, one) == [one.id]

    assert next(row for row in rows(engine) if row["id"] == one.id) == msgspec.structs.asdict(one)


def test_a_row_that_is_there_already_is_left_as_it_is(engine: Engine) -> None:
    first, third = record(model_requested="first"), record(model_requested="third")

    assert insert(engine, first) == [first.id]
    assert insert(engine, msgspec.structs.replace(first, model_requested="second"), third) == [third.id]

    assert [found["model_requested"] for found in rows(engine)] == ["first", "third"]


def test_a_record_that_is_twice_in_a_batch_is_stored_once(engine: Engine) -> None:
    one, other = record(), record(model_requested="other")

    assert insert(engine, one, other, one, other) == [one.id, other.id]

    assert [found["id"] for found in rows(engine)] == [one.id, other.id]


def test_a_repeated_batch_has_nothing_new(engine: Engine) -> None:
    batch = [record(started_at=AT + timedelta(days=days)) for days in range(0, 100, 10)]

    assert insert(engine, *batch) == [one.id for one in batch]
    assert insert(engine, *batch) == []

    assert len(rows(engine)) == len(batch)


def test_no_rows_are_no_error(engine: Engine) -> None:
    assert insert(engine) == []

    assert rows(engine) == []


def test_unknown_is_null_also_in_json(engine: Engine) -> None:
    insert(engine, record())

    with engine.connect() as connection:
        unknown = " AND ".join(f"{name} IS NULL" for name in (*JSON_COLUMNS, "input_tokens", "cost_nanousd"))
        assert connection.execute(text(f"SELECT count(*) FROM calls WHERE {unknown}")).scalar_one() == 1


@pytest.mark.parametrize("missing", ["provider", "host", "outcome", "usage_source", "cost_status"])
def test_a_row_without_a_required_column_is_an_error_that_names_it(engine: Engine, missing: str) -> None:
    with pytest.raises(Exception, match=missing):
        insert(engine, record(id=new_id(), **{missing: None}))
