"""Entries that can match nothing are told without a ledger, each with its key and the fix."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from farebox.config.price_rules import Match, PriceRule
from farebox.config.settings import Settings
from farebox.doctor.idle_settings import entries

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RULE = PriceRule(Match(provider="opnai"), per_request=Decimal(1))


def test_prices_and_other_entries_are_told() -> None:
    settings = msgspec.structs.replace(Settings(), prices=(RULE,))

    assert list(entries(settings, NOW)) == [
        "prices[0]: matches nothing: there is no provider 'opnai': did you mean openai?",
    ]


def test_without_entries_there_is_nothing_to_tell() -> None:
    assert list(entries(Settings(), NOW)) == []
