"""The sums that a database computes are those that `aggregation` computes."""

from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.rollups.aggregation import aggregate, project
from farebox.store.rollups.expressions import dimension, numbers
from farebox.store.rollups.histogram import BOUNDS
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL, RollupTable
from farebox.store.rollups.upsert import values
from sqlalchemy import Engine, select

from tests.support.samples import record

CALLS = [
    record(),
    record(input_tokens=7, cache_read_tokens=0, cost_nanousd=0, duration_ms=0),
    record(input_tokens=5, output_tokens=3, reasoning_tokens=1, cache_write_tokens=2, ttft_ms=10, duration_ms=11),
    record(cache_read_tokens=4, catalogue_cost_nanousd=8, cost_nanousd=9, ttft_ms=BOUNDS[-1] + 1),
    *(record(duration_ms=bound) for bound in BOUNDS),
    record(duration_ms=BOUNDS[-1] + 1),
]


@pytest.mark.parametrize("rollup", [BY_MODEL, BY_CALLER], ids=lambda rollup: rollup.table)
def test_both_compute_the_same(engine: Engine, rollup: RollupTable) -> None:
    DatabaseSink(engine).write(CALLS, {})

    with engine.connect() as connection:
        row = connection.execute(select(*numbers(rollup))).mappings().one()

    [expected] = project(rollup, aggregate((1, call) for call in CALLS)).values()
    found = {name: _whole(value) for name, value in row.items()}
    # A count of none is 0 here, and NULL in the table.
    assert {name: found[name] or None if name in rollup.buckets else found[name] for name in found} == dict(
        zip(rollup.numbers, values(rollup, expected), strict=True)
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (record(model_returned="a", model_requested="b"), "a"),
        (record(model_requested="b"), "b"),
        (record(), None),
    ],
)
def test_the_model_is_the_returned_one_else_the_requested(engine: Engine, call: Record, expected: str | None) -> None:
    DatabaseSink(engine).write([call], {})

    with engine.connect() as connection:
        assert connection.scalar(select(dimension("model"))) == expected


def test_any_other_dimension_is_its_column() -> None:
    for name in set(BY_CALLER.dimensions) - {"model"}:
        assert str(dimension(name)) == f"calls.{name}"
