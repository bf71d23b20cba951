"""Money is exact from the usage to the ledger: against fractions and the catalogue's own arithmetic, on real calls."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from farebox.config.price_rules import Match, PriceRule
from farebox.config.price_units import PerMtok
from farebox.pricing.amounts import amounts
from farebox.pricing.book import Book
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import LEDGER_LIMIT, nanousd
from farebox.pricing.genai.aliases import ALIASES
from farebox.pricing.genai.edition import bundled
from farebox.pricing.overrides import Overrides
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.row import consumptions
from farebox.recorder.reading_to_record import record_of
from farebox.records.record import Record
from farebox.records.usage import Usage
from genai_prices import Usage as TheirUsage
from hypothesis import given
from hypothesis import strategies as st

from tests import corpus

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)
NANO = 10**9
STEPS = (1_000, 128_000, 200_000)
# What costs as another where it has no price of its own.
AS = {
    "cache_read_tokens": "input_tokens",
    "cache_write_tokens": "input_tokens",
    "input_image_tokens": "input_tokens",
    "reasoning_tokens": "output_tokens",
}
INSTEAD = {
    **{name: (instead,) for name, instead in AS.items()},
    **dict.fromkeys(("input_video_tokens", "input_audio_tokens"), ("input_tokens",)),
    **{f"output_{kind}_tokens": ("output_tokens",) for kind in ("audio", "image", "video")},
    **{f"cache_read_{kind}_tokens": ("cache_read_tokens", "input_tokens") for kind in ("audio", "image")},
    "cache_write_1h_tokens": ("cache_write_tokens", "input_tokens"),
    "annotated_pages": ("pages",),
}
# What a card tells where we do not price as the catalogue does.
GUARDED = frozenset({"region", "hours", "times"})
COLUMNS_OF_THEIRS = {
    **{name: name for name in Usage.__struct_fields__ if name not in ("units", "reasoning_tokens")},
    "output_reasoning_tokens": "reasoning_tokens",
}
UNITS_OF_THEIRS = {
    "web_searches": "web_search_requests",
    "storage_searches": "file_search_requests",
    "audio_seconds": "audio_seconds",
    "input_characters": "characters",
    "input_document_pages": "pages",
    "output_citation_tokens": "citation_tokens",
    "cache_audio_read_tokens": "cache_read_audio_tokens",
}
USD = st.decimals(min_value=0, max_value=1_000, places=9)
COUNTS = st.integers(0, 300_000)
UNITS = ("web_search_requests", "images", "pages", "characters")


def a_rate(names: str) -> st.SearchStrategy[Rate]:
    steps = st.lists(USD, max_size=len(STEPS)).map(lambda prices: tuple(zip(STEPS, prices, strict=False)))
    per = st.sampled_from([1, 3, 1_000, 3_600, 1_000_000]) if names in UNITS else st.just(1_000_000)
    return st.builds(Rate, USD, per, steps, st.sampled_from([0, 0, 10]) if names in UNITS else st.just(0))


CARDS = st.fixed_dictionaries(
    {"input_tokens": a_rate("input_tokens"), "output_tokens": a_rate("output_tokens")},
    optional={name: a_rate(name) for name in (*AS, *UNITS)},
)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    plain, read, written, image, text, reasoning = (draw(COUNTS) for _ in range(6))
    units = draw(st.dictionaries(st.sampled_from(UNITS), COUNTS))
    return Usage(
        input_tokens=plain + read + written + image,
        cache_read_tokens=read,
        cache_write_tokens=written,
        input_image_tokens=image,
        output_tokens=text + reasoning,
        reasoning_tokens=reasoning,
        units=units or None,
    )


class Shelf:
    """A source of one card."""

    name = "shelf"
    version = "1"

    def __init__(self, rates: Mapping[str, Rate]) -> None:
        self._card = RateCard("m", self.name, self.version, rates)

    def card(self, asked: Consumption) -> RateCard | None:
        return self._card

    def knows_provider(self, provider: str) -> bool:
        return True

    def knows(self, provider: str, model: str | None) -> bool:
        return True


def by_hand(rates: Mapping[str, Rate], usage: Usage) -> Fraction:
    """Return the exact price in nano-USD, from the usage's own totals: none of our arithmetic is in it."""
    read, written, image = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0, usage.input_image_tokens or 0
    total, reasoning = usage.input_tokens or 0, usage.reasoning_tokens or 0
    found = {
        "input_tokens": total - read - written - image,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "input_image_tokens": image,
        "output_tokens": (usage.output_tokens or 0) - reasoning,
        "reasoning_tokens": reasoning,
        **(usage.units or {}),
    }
    whole = Fraction()
    for name, amount in found.items():
        rate = rates.get(name) or rates.get(AS.get(name, ""))
        if rate is None or not amount:
            continue
        usd = next((price for above, price in reversed(rate.steps) if total > above), rate.usd)
        whole += Fraction(usd) / rate.per * max(amount, rate.minimum if name in rates else 0) * NANO
    return whole


@given(CARDS, st.lists(usages(), min_size=1, max_size=4))
def test_any_call_of_any_parts_is_its_exact_sum_rounded_once_half_to_even(
    rates: dict[str, Rate], parts: list[Usage]
) -> None:
    cost = Pricer([Shelf(rates)]).price(*(Consumption("p", ("m",), usage, AT) for usage in parts))

    exact = sum((by_hand(rates, usage) for usage in parts), Fraction())
    if cost.nanousd is None:
        # Nothing of it has a price: not known, instead of 0. Or no call costs so much.
        assert exact == 0 or round(exact) > LEDGER_LIMIT
        assert cost.status == "unpriced"
        return
    assert abs(cost.nanousd - exact) <= Fraction(1, 2)
    assert cost.nanousd == round(exact)


@given(st.integers(0, 10**9), st.integers(1, 50))
def test_halves_go_to_the_even_number(count: int, parts: int) -> None:
    half_a_nano = {"input_tokens": Rate(Decimal("0.0005"))}
    asked = Consumption("p", ("m",), Usage(input_tokens=count, output_tokens=0), AT)

    cost = Pricer([Shelf(half_a_nano)]).price(*[asked] * parts)

    halves = count * parts
    assert cost.nanousd == halves // 2 + (halves % 2 and halves // 2 % 2)


@given(prices=st.tuples(USD, USD), multiplier=USD.filter(bool), tokens=st.tuples(COUNTS, COUNTS))
def test_own_prices_through_an_alias_and_a_multiplier_are_exact(
    prices: tuple[Decimal, Decimal], multiplier: Decimal, tokens: tuple[int, int]
) -> None:
    (in_usd, out_usd), (read, written) = prices, tokens
    target = PriceRule(Match(model="gpt-own", provider="openai"), per_mtok=PerMtok(input=in_usd, output=out_usd))
    alias = PriceRule(Match(model="m"), alias_of="openai/gpt-own", multiplier=multiplier)
    used = Consumption("acme", ("m",), Usage(input_tokens=read, output_tokens=written), AT)

    cost = Pricer([], Overrides((target, alias))).price(used)

    exact = round(Fraction(multiplier) * (read * Fraction(in_usd) + written * Fraction(out_usd)) / 10**6 * NANO)
    assert cost.nanousd == (exact if exact <= LEDGER_LIMIT else None)


class Priced(NamedTuple):
    """A call of the corpus, or a part of one, and its card."""

    asked: Consumption
    card: RateCard


@cache
def calls() -> Sequence[Priced]:
    """Return what the recorded exchanges consumed, where the catalogue has the model."""
    shared = corpus.folder()
    if shared is None:
        pytest.skip("FAREBOX_SHARED is not set: no recorded exchanges to price")
    return [*_calls(shared)]


def _calls(shared: Path) -> Iterator[Priced]:
    book, dice = Book(), random.Random(0)
    for exchange, _ in corpus.exchanges(shared):
        reading = corpus.read(exchange, dice)
        if reading is None:
            continue
        row = record_of(reading, Pricer([book]))
        for asked in _at_a_time(row):
            card = book.card(asked)
            if card is not None and card.rates and amounts(asked).is_possible:
                yield Priced(asked, card)


def _at_a_time(row: Record) -> list[Consumption]:
    # The corpus has no times: all of it is priced as of one day, at an hour without peak prices.
    return [msgspec.structs.replace(one, at=AT) for one in consumptions(row)]


def test_compiled_prices_agree_with_uncompiled_ones_on_every_recorded_call() -> None:
    """Each rate times its amount, in fractions of the rates as told."""
    compared = 0
    for asked, card in calls():
        billed, whole = amounts(asked), Fraction()
        for name, amount in billed.by_name.items():
            names = (one for one in (name, *INSTEAD.get(name, ())) if one in card.rates)
            rate = card.rates.get(next(names, ""))
            if rate is not None:
                least = rate.minimum if name in card.rates else 0
                whole += Fraction(rate.at(billed.input_tokens)) / rate.per * max(amount, least) * NANO
        assert Fraction(*card.price(billed)[:2]) == whole, asked
        compared += 1
    print(f"{compared} recorded calls and parts of calls")
    assert compared > 1_000


def test_prices_agree_with_the_catalogues_own_arithmetic_on_recorded_calls() -> None:
    """Wherever the catalogue's silence needs no guard of ours."""
    pricer = Pricer([Book()])
    unguarded = [asked for asked, card in calls() if not _is_guarded(asked, card)]
    compared = [(asked, theirs) for asked in unguarded if (theirs := _theirs(asked)) is not None]

    print(f"{len(compared)} recorded calls and parts of calls, {len(unguarded) - len(compared)} without their price")
    assert len(compared) > 1_000
    # Where nothing that was consumed has a price, theirs is 0, and ours is not known.
    assert [
        (asked, cost, theirs)
        for asked, theirs in compared
        if ((cost := pricer.price(asked)).nanousd or 0) != nanousd(theirs) or (cost.nanousd is None and theirs)
    ] == []


def _is_guarded(asked: Consumption, card: RateCard) -> bool:
    """Tell whether we mean to differ: in hours, regions, names and words, and in batches, which are many calls."""
    renamed = any(f"{card.details['provider']}/{name.lower()}" in ALIASES for name in asked.models)
    return renamed or bool(card.notes) or asked.calls != 1 or not GUARDED.isdisjoint(card.details)


def _theirs(asked: Consumption) -> Decimal | None:
    """Return what genai-prices itself says; None where it finds the usage contradictory."""
    seller = bundled().provider(asked.provider)
    assert seller is not None
    found = (seller.find_model(name, all_providers=list(bundled().providers)) for name in asked.models)
    model = next(one for one in found if one is not None)
    context = {**asked.context, **({"service_tier": asked.tier.lower()} if asked.tier else {})}
    units = asked.usage.units or {}
    told = {theirs: units.get(ours) for theirs, ours in UNITS_OF_THEIRS.items()}
    told |= {theirs: getattr(asked.usage, ours) for theirs, ours in COLUMNS_OF_THEIRS.items()}
    try:
        return model.calc_price(
            TheirUsage(**told), seller, genai_request_timestamp=AT, price_context=context or None
        ).total_price
    except ValueError:
        return None
