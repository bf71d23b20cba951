"""A plain record has no value that a healthy database could refuse."""

from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.plain_record import plain

from tests.support.samples import record


@pytest.mark.parametrize(
    ("column", "value", "is_kept"),
    [
        ("input_tokens", 0, True),
        ("input_tokens", 2**40, True),
        ("input_tokens", 2**40 + 1, False),
        ("input_tokens", -1, False),
        ("input_tokens", 1.5, False),
        ("streamed", True, True),
        ("streamed", False, True),
        ("model_returned", "gpt-4o", True),
        ("model_returned", "m" * 200, True),
        ("model_returned", "m" * 201, False),
        ("model_returned", "gpt-\ud800", False),
        ("model_returned", "gpt-\x00", False),
        ("model_returned", "modèle", False),
        ("tags", {"x-team": "red"}, False),
        ("cost_reasons", ["no_usage"], False),
    ],
)
def test_only_plain_values_are_kept(column: str, value: Any, *, is_kept: bool) -> None:
    assert getattr(plain(record(**{column: value})), column) == (value if is_kept else None)


def test_columns_that_may_not_be_null_always_have_a_value() -> None:
    hostile: dict[str, Any] = dict.fromkeys(("provider", "host", "outcome", "usage_source", "cost_status"), None)
    one = record(**hostile)

    expected: dict[str, Any] = {"provider": "unknown", "host": "unknown", "outcome": "ok"}
    assert plain(one) == Record(
        id=one.id, started_at=one.started_at, usage_source="none", cost_status="none", **expected
    )


def test_plain_values_stay_as_they_are() -> None:
    one = record(model_returned="gpt-4o", input_tokens=5, status=200)

    assert plain(one) == one
