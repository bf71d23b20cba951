"""Counts that no dialect reads are told; counts that others repeat, or that are no part of a bill, are not."""

from typing import Any

import pytest
from farebox.dialects import BY_NAME
from farebox.dialects._unread import unread

from tests.support.samples import reading, record_of

EVALS = BY_NAME["openai_evals"].usage
USED = {"prompt_tokens": 900, "completion_tokens": 100}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"prompt_tokens_details": {"cached_tokens_read": 300}}, ["cached_tokens_read"]),
        ({"billing": {"cached_tokens_read": 300}}, ["cached_tokens_read"]),
        ({"prompt_tokens_details": {"cached_tokens": 300, "text_tokens": 600}}, []),
        ({"input_tokens": 900}, []),
        ({"billing": {"searches": 1}, "prompt_tokens_details": {"cached_tokens": 1}}, ["searches"]),
        ({"billing": {"total_tokens": 1_200}}, ["inner total_tokens"]),
        ({"total_time_ms": 12, "cost": 3, "is_byok": True, "spare_tokens": 0, "kind": "chat"}, []),
        ({"queue_time": 0.3}, []),
    ],
    ids=str,
)
def test_a_count_that_nothing_reads_is_told(sent: dict[str, Any], expected: list[str]) -> None:
    assert unread(BY_NAME["openai_chat"].usage, {**USED, **sent}) == expected


def test_a_total_of_one_of_several_models_is_the_sum_of_its_parts() -> None:
    of_model = {"prompt_tokens": 5_000, "completion_tokens": 900, "cached_tokens": 1_000}
    right, wrong = ({"per_model_usage": [{**of_model, "total_tokens": whole}]} for whole in (5_900, 6_100))

    assert (unread(EVALS, right), unread(EVALS, wrong)) == ([], ["inner total_tokens"])


def test_a_dialect_that_is_gone_reads_nothing_and_doubts_nothing() -> None:
    row = record_of(reading(dialect="of_another_version", raw_usage={"prompt_count": 3}))

    assert row.cost_reasons is None


def test_a_renamed_count_makes_the_cost_partial() -> None:
    row = record_of(reading(raw_usage={**USED, "prompt_tokens_details": {"cached_tokens_read": 300}}))

    assert (row.cost_status, row.cost_reasons) == ("partial", ["unknown_usage_field", "incomplete_usage"])
