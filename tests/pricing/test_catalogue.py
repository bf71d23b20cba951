"""What every source of prices promises to the pricer."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.book import Book
from farebox.pricing.catalogue import Catalogue
from farebox.pricing.consumption import Consumption
from farebox.pricing.fallback import LiteLLM
from farebox.pricing.overrides import Overrides
from farebox.pricing.preferred import Preferred
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULES = msgspec.convert([{"match": {"provider": "openai", "model": "gpt-4o"}, "per_request": 1}], tuple[PriceRule, ...])
# Each source, its name in the ledger, and a provider and model that it prices.
SOURCES: list[tuple[Catalogue, str, str, str]] = [
    (Overrides(RULES), "override", "openai", "gpt-4o"),
    (Preferred(LiteLLM()), "litellm", "mistral", "mistral-large-latest"),
    (Book(), "genai-prices", "openai", "gpt-4o"),
    (LiteLLM(), "litellm", "openai", "gpt-4o"),
]


def asked(provider: str, model: str, **used: Any) -> Consumption:
    return Consumption(provider, (model,), Usage(**used), AT)


@pytest.mark.parametrize(("source", "name", "provider", "model"), SOURCES, ids=lambda one: type(one).__name__)
def test_a_source_prices_what_it_knows(source: Catalogue, name: str, provider: str, model: str) -> None:
    card = source.card(asked(provider, model))

    assert source.name == name
    assert source.knows_provider(provider)
    assert source.knows(provider, model)
    assert card is not None
    assert (card.source, card.version) == (name, source.version)
    assert len(bytes.fromhex(source.version.rpartition("sha256.")[2])) == 6


@pytest.mark.parametrize(("source", "name", "provider", "model"), SOURCES, ids=lambda one: type(one).__name__)
def test_a_source_says_that_it_does_not_know_a_model(source: Catalogue, name: str, provider: str, model: str) -> None:
    assert source.card(asked(provider, "no-such-model")) is None
    assert source.card(asked("no-such-provider", model)) is None
    assert not source.knows(provider, "no-such-model")
    assert not source.knows(provider, None)
    assert not source.knows_provider("no-such-provider")


@pytest.mark.parametrize(("source", "name", "provider", "model"), SOURCES, ids=lambda one: type(one).__name__)
def test_amounts_do_not_change_the_card(source: Catalogue, name: str, provider: str, model: str) -> None:
    few, many = (source.card(asked(provider, model, input_tokens=count)) for count in (1, 10**9))

    assert few is many
