"""Prices in time: the catalogue's own choice, at every day on which it changes, but where it is known to be wrong."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from farebox.pricing.book import Book
from farebox.pricing.consumption import Consumption
from farebox.pricing.genai.aliases import ALIASES
from farebox.pricing.genai.cards import Chosen, card
from farebox.pricing.genai.edition import bundled, starts
from farebox.pricing.genai.modality import only_output
from farebox.pricing.genai.schedule import schedule
from farebox.pricing.genai.timeline import BEGINNING, Span, Window, spliced
from farebox.pricing.genai.units import rates, stated
from farebox.providers.table import PROVIDERS
from farebox.records.usage import Usage
from genai_prices.types import ModelInfo

OURS = {one.catalogue or one.name: one.name for one in reversed(PROVIDERS)}
MODELS = bundled().models
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)


def hooks(model: ModelInfo) -> set[datetime]:
    """Return the instants around each day on which a price of `model` starts, in hours of every kind."""
    midnights = {datetime.combine(day, time(), UTC) for day in starts(model)} | {NOW}
    steps = (timedelta(), timedelta(microseconds=-1), timedelta(hours=2), timedelta(hours=20))
    return {midnight + step for midnight in midnights for step in steps}


def contexts(model: ModelInfo) -> list[dict[str, str]]:
    """Return no context, and each that the model has prices for."""
    return [{}, *(dict(one.when) for one in model.price_variants or ())]


def test_at_any_time_the_catalogues_own_choice_is_made() -> None:
    book, compared = Book(), 0
    for ref, model in MODELS.items():
        provider, _, _ = ref.partition("/")
        own = OURS.get(provider, "")
        seller = bundled().provider(own)
        found = seller.find_model(model.id, all_providers=bundled().providers) if seller else None
        if found is not model or ref in ALIASES or schedule(ref):
            continue
        for context in contexts(model):
            for at in hooks(model):
                chosen = book.card(_asked(own, model.id, at, context))
                theirs = rates(stated(model.get_prices(at, context or None)), ref)
                assert chosen is not None
                ours = {name: rate for name, rate in chosen.rates.items() if name != only_output(ref)}
                assert ours == {name: rate for name, rate in theirs.items() if name != only_output(ref)}, (
                    ref,
                    at,
                    context,
                )
                compared += 1
    assert compared > 5_000
    print(f"{compared} choices")


def _asked(provider: str, model: str, at: datetime, context: dict[str, str]) -> Consumption:
    told: dict[str, Any] = {"tier": context["service_tier"]} if "service_tier" in context else {"context": context}
    return Consumption(provider, (model,), Usage(), at, **told)


@pytest.mark.parametrize(
    ("start", "end", "hour", "holds"),
    [(1, 4, 1, True), (1, 4, 4, False), (1, 4, 0, False), (22, 2, 23, True), (22, 2, 1, True), (22, 2, 2, False)],
)
def test_a_window_goes_from_its_start_to_before_its_end(start: int, end: int, hour: int, holds: bool) -> None:
    assert Window(time(start), time(end), _card()).holds(time(hour)) is holds


def test_spans_are_spliced_where_a_name_goes_on_to_another_model() -> None:
    old = [_span(None), _span(date(2025, 1, 1)), _span(date(2026, 1, 1))]
    new = [_span(None), _span(date(2025, 6, 1)), _span(date(2026, 6, 1))]

    whole = spliced(old, _at(date(2025, 9, 1)), new)

    assert [span.start for span in whole] == [
        BEGINNING,
        *map(_at, (date(2025, 1, 1), date(2025, 9, 1), date(2026, 6, 1))),
    ]
    assert [span.card for span in whole] == [old[0].card, old[1].card, new[1].card, new[2].card]


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _span(day: date | None) -> Span:
    return Span(_at(day) if day else BEGINNING, _card())


def _card() -> Any:
    return card(bundled(), Chosen("openai/gpt-4o", "exact", 0))
