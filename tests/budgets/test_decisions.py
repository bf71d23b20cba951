"""Workers refuse whom the recorder named, until the time that it named."""

from datetime import UTC, datetime

import msgspec
import pytest
from farebox.budgets.decisions import Decisions, Refusals, refusal_of, resets

from tests.support.budgets import budget

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
THEN = UNTIL.timestamp()
EACH = refusal_of(budget(name="each", scope="user", match="*"), ["Ann", "bob"], UNTIL)
MODELS = refusal_of(budget(name="models", scope="model", match=("gpt-5*",)), [""], UNTIL)
ALL = refusal_of(budget(name="all"), [""], UNTIL)


def found(decisions: Decisions, values: dict[str, str | None], now: float = THEN - 1) -> str | None:
    sent = msgspec.json.decode(msgspec.json.encode(decisions), type=Decisions)
    refusal = Refusals(sent).find(values, now)
    return refusal.budget if refusal else None


@pytest.mark.parametrize(
    ("values", "budget_name"),
    [
        ({"user": "ann"}, "each"),
        ({"user": "BOB", "model": "gpt-4"}, "each"),
        ({"user": "eve"}, None),
        ({"user": None}, None),
        ({"user": "eve", "model": "GPT-5-mini"}, "models"),
        ({"model": "gpt-4"}, None),
        ({}, None),
    ],
)
def test_a_call_is_refused_by_its_name_or_pattern(values: dict[str, str | None], budget_name: str | None) -> None:
    assert found(Decisions(0, (EACH, MODELS)), values) == budget_name


def test_a_budget_for_all_refuses_every_call_until_it_ends() -> None:
    assert found(Decisions(0, (EACH, ALL)), {}) == "all"
    assert found(Decisions(0, (EACH, ALL)), {"user": "ann"}, THEN) is None


def test_a_rolling_budget_is_tried_again_with_the_next_hour() -> None:
    now = datetime(2026, 11, 5, 7, 59, 59, tzinfo=UTC)

    assert resets(budget(window="rolling 24h"), UNTIL, now) == datetime(2026, 11, 5, 8, tzinfo=UTC)
    assert resets(budget(window="day"), UNTIL, now) == UNTIL
