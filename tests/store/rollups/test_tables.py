"""The hourly tables: their columns, and the order in which numbers are written."""

from farebox.store.rollups.histogram import BOUNDS
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL, ROLLUP_TABLES, RollupTable, buckets_of, known
from farebox.store.schema import hourly

SMALL = RollupTable("small", ("provider", "model"), ("input_tokens", "duration_ms"), ("duration_ms",))


def test_a_measure_is_followed_by_the_number_of_calls_that_have_it() -> None:
    assert SMALL.numbers[:5] == ("calls", "input_tokens", "input_tokens_known", "duration_ms", "duration_ms_known")


def test_buckets_come_last_in_the_order_of_their_bounds() -> None:
    assert SMALL.numbers[5:] == SMALL.buckets == buckets_of("duration_ms")
    assert SMALL.buckets[:3] == ("duration_ms_to_10", "duration_ms_to_20", "duration_ms_to_50")
    assert len(SMALL.buckets) == len(BOUNDS)


def test_a_row_begins_with_its_hour_and_key() -> None:
    assert SMALL.columns == ("hour", "key", "provider", "model", *SMALL.numbers)


def test_a_table_without_histograms_has_no_buckets() -> None:
    assert RollupTable("none", (), ("input_tokens",), ()).buckets == ()


def test_the_name_of_a_count() -> None:
    assert known("cost_nanousd") == "cost_nanousd_known"


def test_the_table_by_caller_has_all_dimensions_and_the_one_by_model_all_numbers() -> None:
    """`aggregation` reads a call once, by these."""
    assert set(BY_MODEL.dimensions) < set(BY_CALLER.dimensions)
    assert set(BY_CALLER.numbers) < set(BY_MODEL.numbers)
    assert ROLLUP_TABLES == (BY_MODEL, BY_CALLER)


def test_the_schema_has_the_same_columns_in_the_same_order() -> None:
    for rollup in ROLLUP_TABLES:
        assert tuple(hourly[rollup.table].columns.keys()) == rollup.columns
