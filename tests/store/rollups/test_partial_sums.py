"""Partial sums: which table answers a question, and how sums of hours and of calls are added up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.rollups.histogram import BOUNDS
from farebox.store.rollups.partial_sums import NOTHING, Key, Question, partial_sums, plus, sums_of
from farebox.store.rollups.ranges import EVER, Range
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL, RollupTable
from farebox.store.schema import calls
from farebox.store.snapshot import snapshot
from farebox.store.summary import DIMENSIONS
from farebox.store.sums import ADDED
from sqlalchemy import Engine, delete

from tests.support.samples import record

HOUR = datetime(2026, 11, 1, 12, tzinfo=UTC)
NEXT = HOUR + timedelta(hours=1)


@pytest.mark.parametrize(
    ("by", "where", "expected"),
    [
        ((), (), BY_MODEL),
        (("day", "hour"), (), BY_MODEL),
        (("model", "provider", "tier", "status"), (), BY_MODEL),
        (("user",), (), BY_CALLER),
        (("model", "key"), (), BY_CALLER),
        (("model",), (("team", ("red",)),), BY_CALLER),
        (("model",), (("host", ("x",)),), BY_MODEL),
        (("conversation",), (), None),
        (("model",), (("conversation", (None,)),), None),
    ],
)
def test_the_smallest_table_with_all_dimensions_answers(by: Any, where: Any, expected: RollupTable | None) -> None:
    assert Question(by, where).rollup is expected


def test_every_dimension_but_those_of_few_calls_is_in_a_table() -> None:
    assert [name for name in DIMENSIONS if Question((name,)).rollup is None] == [
        *("conversation", "agent", "turn", "billing_source", "key_kind", "request")
    ]


@pytest.mark.parametrize(("a", "b", "total"), [(None, None, None), (None, 0, 0), (0, None, 0), (2, 3, 5), (-1, 1, 0)])
def test_unknown_and_a_value_are_the_value(a: int | None, b: int | None, total: int | None) -> None:
    assert plus([a, 1], [b, 2]) == [total, 3]


def test_nothing_has_no_calls_and_unknown_sums() -> None:
    sums = sums_of(NOTHING)

    assert (sums.calls, sums.errors, sums.unpriced, sums.uncertain) == (0, 0, 0, 0)
    assert (sums.input_tokens, sums.cacheable_tokens, sums.cache_read_tokens, sums.output_tokens) == (None,) * 4
    assert (sums.cost_nanousd, sums.p50_ms, sums.p95_ms, sums.interpolated) == (None, None, None, False)


def test_percentiles_come_from_the_buckets() -> None:
    answered = [2, 0, 2, *(None for _ in BOUNDS[2:])]
    begun = [1, 1, *(None for _ in BOUNDS[1:])]
    partial = [4, 1, 2, 3, *(None for _ in ADDED[4:]), *answered, *begun]

    sums = sums_of(partial)

    assert (sums.calls, sums.errors, sums.unpriced, sums.uncertain) == (4, 1, 2, 3)
    assert sums.p50_ms is not None
    assert sums.p95_ms is not None
    assert 10 < sums.p50_ms < sums.p95_ms <= 20
    assert sums.ttft_p50_ms is not None
    assert 0 <= sums.ttft_p50_ms <= 10
    assert sums.interpolated


def asked(engine: Engine, question: Question, hours: list[Range], edges: list[Range]) -> dict[Key, list[int | None]]:
    assert question.rollup is not None
    with snapshot(engine) as connection:
        found = partial_sums(connection, question, question.rollup, hours, edges)
    return {key: list(partial[:9]) for key, partial in found.items()}


def call(**values: Any) -> Record:
    given = {"started_at": HOUR, "input_tokens": 5, "cost_nanousd": 7, "model_returned": "m"}
    return record(**given | values)


def test_hours_and_edges_are_added_up(engine: Engine) -> None:
    DatabaseSink(engine).write(
        [
            call(outcome="http_error"),
            call(cost_nanousd=None, cost_status="unpriced"),
            call(started_at=NEXT, cost_status="partial", cache_read_tokens=1, output_tokens=2),
            call(started_at=NEXT + timedelta(minutes=30)),
        ],
        {},
    )
    edge = ("", NEXT, NEXT + timedelta(minutes=30))

    found = asked(engine, Question(("model",)), [("", HOUR, NEXT)], [edge])

    assert found == {("m",): [3, 1, 1, 1, 15, 5, 1, 2, 14]}


def test_whole_hours_need_no_calls(engine: Engine) -> None:
    DatabaseSink(engine).write([call(), call(user_id="ann")], {})
    with engine.begin() as connection:
        connection.execute(delete(calls))

    found = asked(engine, Question(("user",)), [("", *EVER)], [])

    assert {key: row[0] for key, row in found.items()} == {(None,): 1, ("ann",): 1}


def test_only_the_wanted_values_are_counted(engine: Engine) -> None:
    DatabaseSink(engine).write([call(user_id=user, cost_nanousd=1) for user in ("Ann", "bob", None)], {})
    question = Question((), (("user", ("ann", None)),))

    from_hours = asked(engine, question, [("", HOUR, NEXT)], [])
    from_calls = asked(engine, question, [], [("", HOUR, NEXT)])

    assert from_hours == from_calls == {(): [2, 0, 0, 0, 10, None, None, None, 2]}


def test_each_range_has_its_label(engine: Engine) -> None:
    DatabaseSink(engine).write([call(), call(started_at=NEXT)], {})

    found = asked(engine, Question(("day",)), [("a", HOUR, NEXT)], [("b", NEXT, NEXT + timedelta(minutes=1))])

    assert {key: row[0] for key, row in found.items()} == {("a",): 1, ("b",): 1}


def test_more_ranges_than_fit_into_one_statement(engine: Engine) -> None:
    DatabaseSink(engine).write([call(), call(started_at=HOUR + timedelta(hours=2500))], {})
    hours = [
        (str(number), HOUR + timedelta(hours=number), HOUR + timedelta(hours=number + 1)) for number in range(2501)
    ]

    found = asked(engine, Question(("hour",)), hours, [])

    assert {key: row[0] for key, row in found.items()} == {("0",): 1, ("2500",): 1}


def test_groups_without_calls_are_left_out(engine: Engine) -> None:
    """A call that was repriced after its caller was removed leaves a row of none."""
    DatabaseSink(engine).write([call()], {})

    assert asked(engine, Question(("model",)), [], [("", NEXT, NEXT + timedelta(hours=1))]) == {}
    assert asked(engine, Question(()), [("", NEXT, NEXT + timedelta(hours=1))], []) == {}
