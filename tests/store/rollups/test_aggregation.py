"""Calls become amounts by hour and dimensions: unknown values add nothing, not zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.store.rollups.aggregation import PartialSums, aggregate, project
from farebox.store.rollups.histogram import BOUNDS
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL

from tests.support.samples import AT, record

HOUR = AT.replace(minute=0, second=0, microsecond=0)


def numbers(*shifts: tuple[int, Record]) -> dict[str, int]:
    """Return the amounts of calls that belong to one row, without those that are 0."""
    [row] = aggregate(shifts).values()
    return {name: amount for name, amount in zip(BY_MODEL.numbers, row, strict=True) if amount}


def dimensions(partial: PartialSums) -> list[dict[str, Any]]:
    return [dict(zip(BY_CALLER.dimensions, values, strict=True)) for _, values in partial]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"input_tokens": 0}, {"input_tokens_known": 1}),
        ({"input_tokens": 5}, {"input_tokens": 5, "input_tokens_known": 1}),
        ({"cache_read_tokens": 5}, {"cache_read_tokens": 5, "cache_read_tokens_known": 1}),
        (
            {"input_tokens": 7, "cache_read_tokens": 0},
            {"input_tokens": 7, "input_tokens_known": 1, "cache_read_tokens_known": 1}
            | {"cacheable_tokens": 7, "cacheable_tokens_known": 1},
        ),
        (
            {"input_tokens": 0, "cache_read_tokens": 0},
            {"input_tokens_known": 1, "cache_read_tokens_known": 1, "cacheable_tokens_known": 1},
        ),
        ({"output_tokens": 3}, {"output_tokens": 3, "output_tokens_known": 1}),
        ({"reasoning_tokens": 3}, {"reasoning_tokens": 3, "reasoning_tokens_known": 1}),
        ({"cache_write_tokens": 3}, {"cache_write_tokens": 3, "cache_write_tokens_known": 1}),
        ({"cost_nanousd": 9}, {"cost_nanousd": 9, "cost_nanousd_known": 1}),
        ({"catalogue_cost_nanousd": 9}, {"catalogue_cost_nanousd": 9, "catalogue_cost_nanousd_known": 1}),
        ({"ttft_ms": 11}, {"ttft_ms": 11, "ttft_ms_known": 1, "ttft_ms_to_20": 1}),
    ],
)
def test_a_call_adds_what_it_has(values: dict[str, int], expected: dict[str, int]) -> None:
    assert numbers((1, record(**values))) == {"calls": 1} | expected


@pytest.mark.parametrize(
    ("milliseconds", "bucket"),
    [
        *[(0, 10), (10, 10), (11, 20), (20, 20), (21, 50), (100_000, 100_000), (100_001, 200_000)],
        (BOUNDS[-1], BOUNDS[-1]),
    ],
)
def test_a_duration_is_in_the_bucket_of_the_next_bound(milliseconds: int, bucket: int) -> None:
    found = numbers((1, record(duration_ms=milliseconds)))

    assert {name for name in found if "_to_" in name} == {f"duration_ms_to_{bucket}"}


def test_a_duration_above_the_last_bound_is_in_no_bucket() -> None:
    last = BOUNDS[-1]
    found = numbers((1, record(duration_ms=last + 1)))
    assert found == {"calls": 1, "duration_ms": last + 1, "duration_ms_known": 1}


def test_calls_of_one_hour_and_the_same_dimensions_are_added_up() -> None:
    found = numbers((1, record(cost_nanousd=5)), (1, record(cost_nanousd=None)), (1, record(cost_nanousd=7)))
    assert found == {"calls": 3, "cost_nanousd": 12, "cost_nanousd_known": 2}


def test_a_call_that_changes_takes_away_what_it_added() -> None:
    before, after = record(cost_nanousd=5, duration_ms=5), record(cost_nanousd=7, duration_ms=5)
    assert numbers((-1, before), (1, after)) == {"cost_nanousd": 2}
    assert numbers((-1, before)) == {
        "calls": -1,
        "cost_nanousd": -5,
        "cost_nanousd_known": -1,
        "duration_ms": -5,
        "duration_ms_known": -1,
        "duration_ms_to_10": -1,
    }


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (HOUR, HOUR),
        (HOUR + timedelta(minutes=59, seconds=59, microseconds=999_999), HOUR),
        (HOUR + timedelta(hours=1), HOUR + timedelta(hours=1)),
    ],
)
def test_a_call_is_in_the_hour_in_which_it_started(moment: datetime, hour: datetime) -> None:
    assert [place[0] for place in aggregate([(1, record(started_at=moment))])] == [hour]


@pytest.mark.parametrize(
    ("returned", "requested", "expected"),
    [("a", "b", "a"), (None, "b", "b"), (None, None, None), ("a", None, "a"), ("", "b", "")],
)
def test_the_model_is_the_returned_one_else_the_requested(returned: Any, requested: Any, expected: Any) -> None:
    [found] = dimensions(aggregate([(1, record(model_returned=returned, model_requested=requested))]))
    assert found["model"] == expected


def test_every_dimension_has_the_value_of_its_column() -> None:
    names = [name for name in BY_CALLER.dimensions if name not in {"model", "status"}]
    [found] = dimensions(aggregate([(1, record(**{name: f"its {name}" for name in names}, status=418))]))
    assert found == {name: f"its {name}" for name in names} | {"model": None, "status": 418}


def test_a_table_with_fewer_dimensions_has_the_sum_over_the_others() -> None:
    calls = [record(user_id=user, input_tokens=tokens) for user, tokens in (("ann", 1), ("bob", 10), (None, None))]
    partial = aggregate((1, call) for call in calls)

    assert len(project(BY_CALLER, partial)) == 3
    [(place, row)] = project(BY_MODEL, partial).items()
    assert place[0] == HOUR
    assert len(place[1]) == len(BY_MODEL.dimensions)
    assert dict(zip(BY_MODEL.numbers, row, strict=True))["input_tokens"] == 11
    assert row[0] == 3


def test_a_table_has_its_own_numbers_alone() -> None:
    [row] = project(BY_CALLER, aggregate([(1, record(ttft_ms=5, duration_ms=5))])).values()
    assert len(row) == len(BY_CALLER.numbers)
    assert sum(row) == 1 + 5 + 1 + 1


def test_differences_that_cancel_out_are_not_a_change() -> None:
    ann, bob = record(user_id="ann", cost_nanousd=5), record(user_id="bob", cost_nanousd=5)
    partial = aggregate([(-1, ann), (1, bob)])

    assert project(BY_MODEL, partial) == {}
    assert sorted(row[0] for row in project(BY_CALLER, partial).values()) == [-1, 1]


def test_nothing_of_nothing() -> None:
    assert aggregate([]) == {}
    assert project(BY_MODEL, {}) == {}
