"""Which sources of prices there are, and in which order."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.genai.edition import Edition, bundled
from farebox.pricing.genai.payload import edition_of
from farebox.pricing.standard import pricer_of, standard
from farebox.pricing.stored import Stored
from farebox.records.usage import Usage

from tests.support.payloads import payload, times

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULES = msgspec.convert([{"match": {"model": "gpt-4o"}, "per_mtok": {"input": 1}}], tuple[PriceRule, ...])


def asked(provider: str, model: str, host: str = "", **used: Any) -> Consumption:
    return Consumption(provider, (model,), Usage(**used or {"input_tokens": 1_000}), AT, host=host)


@pytest.fixture(scope="module")
def twice_as_dear() -> bytes:
    return payload(times(2), "openai")


@pytest.mark.parametrize(
    ("call", "source"),
    [
        # Both catalogues have it: genai-prices goes first, but where a verdict prefers LiteLLM.
        (asked("openai", "gpt-4o"), "genai-prices"),
        (asked("mistral", "mistral-large-latest"), "litellm"),
        # LiteLLM alone has it.
        (asked("sambanova", "Meta-Llama-3.3-70B-Instruct"), "litellm"),
        (asked("openai", "no-such-model"), None),
    ],
)
def test_catalogues_are_asked_in_the_order_of_their_authority(call: Consumption, source: str | None) -> None:
    assert standard().price(call).source == source


def test_the_users_own_prices_go_before_every_catalogue() -> None:
    cost = standard(RULES).price(asked("openai", "gpt-4o", input_tokens=1_000, output_tokens=1_000))

    # $1 by the rule, $10 by the catalogue.
    assert (cost.source, cost.nanousd) == ("override", 1_000_000 + 10_000_000)


def test_downloaded_prices_replace_those_of_the_package(tmp_path: Path, twice_as_dear: bytes) -> None:
    Stored(tmp_path).take(twice_as_dear, datetime(2026, 11, 24, tzinfo=UTC), "https://example.com/data.json")

    costs = [one.price(asked("openai", "gpt-4o")).nanousd for one in (standard(), standard(home=tmp_path))]

    assert costs == [2_500_000, 5_000_000]


def test_rules_apply_to_any_edition(twice_as_dear: bytes) -> None:
    rules = msgspec.convert([{"match": {"provider": "openai"}, "multiplier": "0.5"}], tuple[PriceRule, ...])

    cost = pricer_of(edition_of(twice_as_dear), rules).price(asked("openai", "gpt-4o"))

    assert (cost.nanousd, cost.rate_card["multiplier"]) == (2_500_000, str(Decimal("0.5")))


def test_catalogues_of_one_edition_are_shared() -> None:
    cards = [pricer_of(bundled()).card(asked("openai", "gpt-4o")) for _ in range(2)]
    other = pricer_of(Edition(bundled().providers, "2")).card(asked("openai", "gpt-4o"))

    assert cards[0] is cards[1]
    assert other is not cards[0]
