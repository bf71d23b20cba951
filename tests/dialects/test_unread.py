"""Counts that no dialect reads are told; counts that others repeat, or that are no part of a bill, are not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from farebox.dialects import BY_NAME
from farebox.dialects._unread import looked_at, unread
from farebox.records.usage import Usage
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import cases
from tests.support.samples import reading, record_of

SENT = [(BY_NAME[case.path.parent.name].usage, used) for case in cases() if (used := case.read([case.body]).raw_usage)]

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


def test_the_real_usage_objects_are_many_and_mostly_settled() -> None:
    assert len(SENT) > 100
    assert sum(looked_at(*one)[1] for one in SENT) > len(SENT) * 0.8


@given(st.sampled_from(SENT), st.data())
def test_other_counts_in_a_known_form_are_looked_at_as_if_it_were_new(
    sample: tuple[Callable[[Mapping[str, Any]], Usage], dict[str, Any]], data: st.DataObject
) -> None:
    read, sent = sample
    unread(read, sent)
    other = with_other_counts(sent, data.draw)

    assert unread(read, other) == looked_at(read, other)[0]


def with_other_counts(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """Return `value` with each number replaced by one that mostly has the same form."""
    if isinstance(value, dict):
        return {name: with_other_counts(item, draw) for name, item in value.items()}
    if isinstance(value, list):
        return [with_other_counts(item, draw) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, float):
        return draw(st.floats(0, 1e6))
    return draw(st.integers(1, 5_000) | st.integers(0, 10**13)) if value > 0 else value


def test_a_usage_that_is_no_json_is_looked_at() -> None:
    sent = {**USED, "kind": "\ud800", "seconds": 2**70, "spare_tokens": 1}

    assert "spare_tokens" in unread(BY_NAME["openai_chat"].usage, sent)
