"""The table of columns, from which everything else derives."""

from collections import Counter

import pytest
from farebox.records.column import Column, Dimension, Sum
from farebox.records.columns import COLUMNS, GROUPS, NAMES, PRICED
from farebox.records.reading import Reading
from farebox.records.record import Record

BY_NAME = {column.name: column for column in COLUMNS}


def test_every_column_stands_once_in_the_order_of_the_groups() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert list(dict.fromkeys(column.group for column in COLUMNS)) == list(GROUPS)
    assert [column.group for column in COLUMNS] == sorted((c.group for c in COLUMNS), key=GROUPS.index)


def test_a_record_has_these_columns_in_this_order() -> None:
    assert Record.__struct_fields__ == NAMES


@pytest.mark.parametrize("column", COLUMNS, ids=NAMES)
def test_a_meaning_is_a_sentence_in_one_line(column: Column) -> None:
    assert column.meaning[0].isupper()
    assert column.meaning.endswith(".")
    assert "|" not in column.meaning
    assert "\n" not in column.meaning


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("input_tokens", None),
        ("cache_read_tokens", "input_tokens"),
        ("cache_write_tokens", "input_tokens"),
        ("cache_write_1h_tokens", "cache_write_tokens"),
        ("input_audio_tokens", "input_tokens"),
        ("input_image_tokens", "input_tokens"),
        ("output_tokens", None),
        ("reasoning_tokens", "output_tokens"),
        ("output_audio_tokens", "output_tokens"),
        ("output_image_tokens", "output_tokens"),
    ],
)
def test_each_token_column_names_the_total_that_it_lies_within(name: str, within: str | None) -> None:
    assert BY_NAME[name].within == within


@pytest.mark.parametrize(
    ("name", "kind", "is_nullable"),
    [
        ("id", str, False),
        ("provider", str, False),
        ("status", int, True),
        ("streamed", bool, True),
        ("units", dict, True),
        ("cost_reasons", list, True),
        ("cost_nanousd", int, True),
        ("cost_status", str, False),
    ],
)
def test_a_column_knows_its_type(name: str, kind: type, is_nullable: bool) -> None:
    assert (BY_NAME[name].kind, BY_NAME[name].is_nullable) == (kind, is_nullable)


def test_a_price_has_the_columns_that_a_later_price_replaces() -> None:
    assert [column.name for column in PRICED] == [
        *("estimate", "cost_nanousd", "cost_status", "cost_reasons", "catalogue_cost_nanousd"),
        *("price_source", "price_version", "rate_card"),
        *("billing", "billing_source", "plan"),
    ]


def test_the_keys_of_hourly_sums_keep_their_order() -> None:
    """Rows of the hourly tables are found by a hash of these values, in this order."""
    dimensions = [column for column in COLUMNS if isinstance(column.rollup, Dimension)]

    places = sorted((c.rollup.place, c.rollup.name or c.name) for c in dimensions if isinstance(c.rollup, Dimension))
    assert places == list(
        enumerate(
            (
                *("sidecar", "provider", "host", "model", "operation", "service_tier", "outcome", "status"),
                *("cost_status", "purpose", "client_app", "user_id", "team", "project", "key_fingerprint"),
                *("billing", "plan"),
            )
        )
    )


def test_only_whole_numbers_are_summed() -> None:
    assert {column.kind for column in COLUMNS if isinstance(column.rollup, Sum)} == {int}


def test_what_a_worker_observes_has_the_same_name_in_reading_and_record() -> None:
    shared = Counter(Reading.__struct_fields__) & Counter(NAMES)

    assert {"user_id", "message_id", "agent_id", "trace", "purpose", "status", "model_returned"} <= set(shared)


@pytest.mark.parametrize(
    ("returned", "requested", "counts"),
    [("gpt-4o-2024-08-06", "gpt-4o", "gpt-4o-2024-08-06"), (None, "gpt-4o", "gpt-4o"), (None, None, None)],
)
def test_the_model_that_answered_counts_before_the_one_that_was_asked_for(
    returned: str | None, requested: str | None, counts: str | None
) -> None:
    reading = Reading(
        id="1",
        started_at=0,
        provider="openai",
        host="h",
        outcome="ok",
        model_returned=returned,
        model_requested=requested,
    )

    assert reading.model == counts
