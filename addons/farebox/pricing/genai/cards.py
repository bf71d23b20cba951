"""Build a model's rate card from the chosen prices of the catalogue."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from genai_prices.types import ModelInfo, PriceVariant, StartDateConstraint, TimeOfDateConstraint

from ..rate import Rate
from ..ratecard import RateCard
from .edition import Edition, conditions
from .modality import mixed_output, only_output
from .units import Prices, rates, stated, without_unit

NAME = "genai-prices"
_TOKENS = "_tokens"


class Chosen(NamedTuple):
    """The prices of a model that apply: the standard ones, the variants that replace them, and multipliers.

    `times` multiplies all prices (peak hours as a multiple), `uplift` only those of tokens (a region).
    """

    ref: str
    match: str
    condition: int
    variants: tuple[int, ...] = ()
    window: int | None = None
    times: int = 1
    uplift: Decimal | None = None
    notes: tuple[str, ...] = ()


def card(edition: Edition, chosen: Chosen) -> RateCard:
    """Return the rate card of the `chosen` prices."""
    model = edition.model(chosen.ref)
    prices = _prices(model, chosen)
    found = {name: _multiplied(name, rate, chosen) for name, rate in rates(prices, chosen.ref).items()}
    only, mixed = only_output(chosen.ref), mixed_output(chosen.ref)
    if only and "output_tokens" in found:
        found.setdefault(only, found["output_tokens"])
    return RateCard(
        model=model.id,
        source=NAME,
        version=edition.version,
        rates=found,
        match=chosen.match,
        notes=(*chosen.notes, *(f"no_price:{key}" for key in without_unit(prices))),
        free="free_model" if not prices and model.id.endswith(":free") else None,
        details=_details(model, chosen),
        shares=(mixed,) if mixed else (),
    )


def _prices(model: ModelInfo, chosen: Chosen) -> Prices:
    standard = chosen.condition if chosen.window is None or chosen.times != 1 else chosen.window
    prices = stated(conditions(model)[standard].prices)
    for number in reversed(chosen.variants):
        prices = {**prices, **stated(_variants(model)[number].prices)}
    return prices


def _multiplied(name: str, rate: Rate, chosen: Chosen) -> Rate:
    factor = Decimal(chosen.times)
    if chosen.uplift and name.endswith(_TOKENS):
        factor *= chosen.uplift
    return rate if factor == 1 else rate.times(factor)


def _details(model: ModelInfo, chosen: Chosen) -> Mapping[str, str]:
    """Return why these prices apply: their provider, first day, hours and words."""
    details = {"provider": chosen.ref.partition("/")[0]}
    variants = [_variants(model)[number] for number in chosen.variants]
    started = [conditions(model)[chosen.condition].constraint, *(one.constraint for one in variants)]
    days = [one.start_date for one in started if isinstance(one, StartDateConstraint)]
    if days:
        details["effective_from"] = max(days).isoformat()
    hours = conditions(model)[chosen.window].constraint if chosen.window is not None else None
    if isinstance(hours, TimeOfDateConstraint):
        details["hours"] = f"{hours.start_time:%H:%M} to {hours.end_time:%H:%M} UTC"
    if chosen.times != 1:
        details["times"] = str(chosen.times)
    if chosen.uplift:
        details["region"] = f"{chosen.uplift} times the price of tokens"
    return details | {name: word for one in variants for name, word in one.when.items()}


def _variants(model: ModelInfo) -> list[PriceVariant]:
    return model.price_variants or []
