"""A condition selects the rows that have its value; a model is also found by its name without the date."""

from collections.abc import Sequence

import pytest
from farebox.sinks.database import DatabaseSink
from farebox.store.conditions import matches, names_model
from farebox.store.schema import calls
from farebox.store.summary import condition
from sqlalchemy import ColumnElement, Engine, select

from tests.support.samples import record

# Each answered and requested.
MODELS = [
    ("gpt-4o-2024-08-06", "gpt-4o"),
    ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
    ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
    ("gpt-5-mini", "prod-chat"),
    (None, "gpt-4o"),
    ("claude-sonnet-4-5-20250929", None),
    ("claude-sonnet-4-5@20250929", None),
    (None, None),
]


def found(engine: Engine, wanted: ColumnElement[bool]) -> list[int]:
    with engine.connect() as connection:
        return sorted(connection.scalars(select(calls.c.input_tokens).where(wanted)))


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    rows = [
        record(model_returned=answered, model_requested=asked, input_tokens=number)
        for number, (answered, asked) in enumerate(MODELS)
    ]
    DatabaseSink(engine).write(rows, {})
    return engine


def test_a_model_is_named_by_the_request_or_the_answer_with_or_without_a_date(ledger: Engine) -> None:
    chosen: list[tuple[Sequence[str | None], list[int]]] = [
        (["gpt-4o"], [0, 1, 4]),
        (["GPT-4O-2024-08-06"], [0, 1]),
        (["gpt-4o*"], [0, 1, 2, 4]),
        (["gpt-4_"], []),
        (["prod-chat", "claude-sonnet-4-5"], [3, 5, 6]),
        (["gpt-5"], []),
        ([None], [7]),
    ]
    for wanted, numbers in chosen:
        assert found(ledger, condition("model", wanted)) == numbers, wanted


def test_one_column_is_compared_alone(ledger: Engine) -> None:
    assert found(ledger, names_model((calls.c.model_returned,), ["gpt-4o"])) == [0, 1]
    assert found(ledger, matches(calls.c.model_returned, ["gpt-4o"])) == []
    assert found(ledger, matches(calls.c.model_returned, [None, "GPT-5*"])) == [3, 4, 7]
