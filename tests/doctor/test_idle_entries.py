"""Entries that match nothing are told: those that cannot, and those that no call of the last weeks had."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from farebox.attribution.lines import KeyLine, UserLine
from farebox.config.host_patterns import ProviderLine
from farebox.config.price_rules import Match, PriceRule
from farebox.config.settings import Settings
from farebox.doctor import idle_entries
from farebox.doctor.finding import OK, WARNING, Finding

from tests.support.budgets import spend, write
from tests.support.ledgers import new_ledger

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RULE = PriceRule(Match(provider="opnai"), per_request=Decimal(1))


@pytest.fixture
def ledger(home: Path) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        write(engine, spend(NOW - timedelta(days=2), 1, user_id="ada@example.com", key_fingerprint="0123456789abcdef"))


def check(settings: Settings, **changes: object) -> list[Finding]:
    return list(idle_entries.check(msgspec.structs.replace(settings, **changes), NOW))


def test_a_price_rule_that_can_match_nothing_is_told_without_a_ledger(settings: Settings) -> None:
    [found] = check(settings, prices=(RULE,))

    assert found == Finding(WARNING, "prices[0]: matches nothing: there is no provider 'opnai'", "did you mean openai?")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("changes", "message", "fix"),
    [
        (
            {"users": (UserLine("ada@exmaple.com"),)},
            "users[0]: no call of the last 28 days has the user ada@exmaple.com",
            "did you mean ada@example.com?",
        ),
        (
            {"keys": (KeyLine("shop", "f" * 16),)},
            f"keys[0]: no call of the last 28 days has the key {'f' * 16}",
            "`farebox report --by key` lists those that calls have",
        ),
        (
            {"providers": (ProviderLine("riverside", ("a.example",)),)},
            "providers[0]: no call of the last 28 days has the provider riverside",
            "`farebox report --by provider` lists those that calls have",
        ),
        (
            {"prices": (PriceRule(Match(model="gpt-0"), per_request=Decimal(1)),)},
            "prices[0]: matches none of the 1 calls in the ledger since 2026-10-23",
            "check what it matches, or remove it",
        ),
    ],
)
def test_an_entry_that_no_call_had_is_told(
    changes: dict[str, object], message: str, fix: str, settings: Settings
) -> None:
    assert check(settings, **changes) == [Finding(WARNING, message, fix)]


@pytest.mark.usefixtures("ledger")
def test_entries_that_calls_had_are_ok(settings: Settings) -> None:
    [found] = check(settings, users=(UserLine("ada@example.com"),), keys=(KeyLine("shop", "0123456789abcdef"),))

    assert found == Finding(OK, "settings: each of 2 entries can match calls")


def test_without_entries_there_is_nothing_to_say(settings: Settings) -> None:
    assert check(settings) == []
