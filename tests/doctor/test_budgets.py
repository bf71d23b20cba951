"""Budgets that no call is for are found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from farebox.config.budgets import Budget
from farebox.config.settings import Settings
from farebox.doctor import budgets
from farebox.doctor.finding import OK, WARNING, Finding

from tests.support.budgets import budget, spend, write
from tests.support.ledgers import new_ledger

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def check(settings: Settings, *wanted: Budget) -> list[Finding]:
    return list(budgets.check(msgspec.structs.replace(settings, budgets=wanted), NOW))


@pytest.fixture
def ledger(home: Path) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        write(engine, spend(NOW - timedelta(days=2), 1, team="Research", model_returned="gpt-5-2026"))


@pytest.mark.usefixtures("ledger")
def test_budgets_with_calls_are_ok(settings: Settings) -> None:
    [found] = check(settings, budget(), budget(name="b", scope="team", match="research"))

    assert found == Finding(OK, "budgets: 2, each matched calls of the last 28 days")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("scope", "match", "fix"),
    [
        ("team", "reserch", "did you mean Research? `farebox report --by team` lists the names"),
        ("model", "gpt-5", "did you mean gpt-5-2026?"),
        ("team", "zzz", "`farebox report --by team` lists the names that calls have"),
        ("user", "*", "no call has a user that farebox knows"),
    ],
)
def test_a_budget_without_calls_is_named_with_the_nearest_name(
    settings: Settings, scope: str, match: str, fix: str
) -> None:
    [found] = check(settings, budget(), budget(name="wrong", scope=scope, match=match))

    assert (found.level, found.message) == (WARNING, "budget 'wrong' matched no call of the last 28 days")
    assert fix in (found.fix or "")


def test_without_budgets_or_a_ledger_there_is_nothing_to_say(settings: Settings) -> None:
    assert (check(settings), check(settings, budget())) == ([], [])
