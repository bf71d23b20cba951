"""genai-prices for tests: calls priced by it alone, and catalogues of a few models."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from farebox.pricing.book import Book
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import Cost
from farebox.pricing.genai.edition import Edition
from farebox.pricing.pricer import Pricer
from farebox.records.usage import Usage
from genai_prices.types import ClauseEquals, ConditionalPrice, ModelInfo, ModelPrice, PriceVariant, Provider

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)
PRICER = Pricer([Book()])


def asked(ref: str, at: datetime = AT, **more: Any) -> Consumption:
    """Return the Consumption of the model `ref`, "provider/model" in farebox's names; `more` are fields or amounts."""
    provider, _, model = ref.partition("/")
    about = {name: more.pop(name) for name in ("host", "tier", "context", "duration_ms") if name in more}
    return Consumption(provider, (model,), Usage(**more), at, **about)


def price(ref: str, at: datetime = AT, **more: Any) -> Cost:
    """Return its Cost by genai-prices alone."""
    return PRICER.price(asked(ref, at, **more))


def prices(**usd: str) -> ModelPrice:
    """Return prices by the catalogue's keys."""
    return ModelPrice(**{key: Decimal(price) for key, price in usd.items()})


def model(name: str, *conditions: tuple[Any, ModelPrice], variants: list[PriceVariant] | None = None) -> ModelInfo:
    """Return a model with the prices of `conditions`: a constraint, or None, and the prices under it."""
    found = [ConditionalPrice(prices=listed, constraint=constraint) for constraint, listed in conditions]
    return ModelInfo(id=name, match=ClauseEquals(name), prices=found, price_variants=variants)


def edition(**sold: list[ModelInfo]) -> Edition:
    """Return a catalogue of models by the catalogue's provider."""
    return Edition(
        [Provider(id=name, name=name, api_pattern=name, models=models) for name, models in sold.items()], "1"
    )


def variant(when: Mapping[str, str], listed: ModelPrice, constraint: Any = None) -> PriceVariant:
    """Return prices that hold where the words `when` are asked for."""
    return PriceVariant(when=dict(when), prices=listed, constraint=constraint)
