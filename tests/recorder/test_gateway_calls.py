"""Of a call that is metered on both sides of a gateway, the outer row doesn't count."""

from datetime import timedelta
from typing import Any

import pytest
from farebox.recorder.gateway_calls import all_counted, relayed, without_outer
from farebox.records.record import Record

from tests.support.samples import AT, record


def outer(**values: Any) -> Record:
    return record(
        **{
            "operation": "chat",
            "host": "litellm:4000",
            "response_id": "r-1",
            "duration_ms": 3_000,
            "started_at": AT,
            **values,
        }
    )


def inner(**values: Any) -> Record:
    return outer(
        **{"host": "api.openai.com", "duration_ms": 2_000, "started_at": AT + timedelta(seconds=0.5), **values}
    )


def test_the_outer_call_is_relayed_and_the_inner_one_counts() -> None:
    before, behind = outer(), inner()

    found = without_outer(lambda _ids: ())([behind, before])

    assert [one.operation for one in found] == ["chat", "relayed"]
    assert [one.is_call for one in found] == [True, False]


def test_the_inner_call_is_found_in_the_ledger() -> None:
    asked = []

    def stored(ids: Any) -> list[Record]:
        asked.append(set(ids))
        return [inner()]

    mark = without_outer(stored)

    assert [one.operation for one in mark([outer(), outer(response_id=None)])] == ["relayed", "chat"]
    assert mark([outer(response_id=None)])[0].operation == "chat"
    assert asked == [{"r-1"}]


@pytest.mark.parametrize(
    "other",
    [
        inner(host="litellm:4000"),
        inner(response_id="r-2"),
        inner(started_at=AT - timedelta(hours=1)),
        inner(started_at=AT + timedelta(seconds=4)),
        inner(operation="relayed"),
    ],
    ids=[
        "same host",
        "another response",
        "the call that filled the cache",
        "after the answer",
        "does not count itself",
    ],
)
def test_other_calls_relay_nothing(other: Record) -> None:
    same = [one for one in (other,) if one.response_id == "r-1"]

    assert relayed(outer(), same).operation == "chat"


def test_by_default_every_call_counts() -> None:
    rows = [outer(), inner()]

    assert all_counted(rows) is rows
