"""Price calls from several sources: the first that knows a model, supplemented by the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from ..config.currency import USD
from ..config.price_rules import PriceRule
from ..records.usage import Usage
from .amounts import Amounts, amounts
from .catalogue import Catalogue
from .consumption import Consumption
from .cost import FREE, LEDGER_LIMIT, NO_PRICE, PARTIAL, PRICED, Cost, rounded, unpriced
from .exchange_rates import ExchangeRates
from .overrides import Overrides
from .ratecard import CACHE_READS, CACHE_WRITES, Price, RateCard, general_price

_CACHE_SIZE = 4096


class _Part(NamedTuple):
    """The price of one part of a call as a fraction of nano-USD; without a `card`, `reasons` say why it has none."""

    card: RateCard | None
    reasons: tuple[str, ...]
    numerator: int = 0
    denominator: int = 1

    @property
    def is_free(self) -> bool:
        return self.card is not None and self.card.free is not None


class Pricer:
    """Prices Consumption from `catalogues`, in order of precedence, after the user's own prices.

    An alias or multiplier of the user's own prices applies to the prices of every catalogue. `decided` returns the
    source that is right about a model ("provider/name"), if that is known.
    """

    def __init__(
        self,
        catalogues: Sequence[Catalogue],
        overrides: Overrides | None = None,
        exchange: ExchangeRates | None = None,
        decided: Callable[[str], str | None] = lambda _model: None,
    ) -> None:
        self._overrides = overrides
        self._exchange = exchange or ExchangeRates()
        self._decided = decided
        self._foreign: dict[tuple[RateCard, str], RateCard] = {}
        self._catalogues: tuple[Catalogue, ...] = (*([overrides] if overrides else []), *catalogues)
        self._filled: dict[tuple[RateCard, RateCard, tuple[str, ...]], RateCard] = {}

    def knows(self, provider: str, model: str | None) -> bool:
        """Tell whether any source has `model` of `provider`."""
        return any(one.knows(provider, model) for one in self._catalogues)

    def card(self, asked: Consumption) -> RateCard | None:
        """Return the prices for `asked`: those of the first source that has them without reservations or says that the
        model is free, else those of the first source that knows the model. None if no source does.
        """
        best = None
        for card in self._cards(asked):
            if card.free or (card.rates and not card.notes):
                return card
            if best is None or (card.rates and not best.rates):
                best = card
        return best

    def sheet(self, asked: Consumption) -> RateCard | None:
        """Return `card` with all missing prices that other sources have, as for a call that consumed every amount."""
        card = self.card(asked)
        if card is None or card.free or not card.rates:
            return card
        every = {name: 1 for one in self._cards(asked) for name in one.rates}
        price = card.price(Amounts(every, 1))
        return self._filled_up(card, asked, price.missing + price.general)

    @property
    def has_rules(self) -> bool:
        """Whether there are prices of the user's own, which can say who pays."""
        return bool(self._overrides)

    def billing_rule(self, asked: Consumption) -> PriceRule | None:
        """Return the user's rule that says who pays for a call."""
        return self._overrides.billing_rule(asked) if self._overrides else None

    def price(self, *parts: Consumption) -> Cost:
        """Return the cost of a call that consumed `parts`; the card is that of the first part with a price."""
        found = [self._part(one) for one in parts]
        whole_call = found[0] if len(found) == 1 else _joined(found)
        card, reasons = whole_call.card, whole_call.reasons
        if card is None:
            return unpriced(*reasons)
        whole = rounded(whole_call.numerator, whole_call.denominator)
        if whole > LEDGER_LIMIT:
            return unpriced("inconsistent_usage")
        if whole_call.is_free:
            return Cost(whole, FREE, reasons, card.source, card.version, card.description)
        return Cost(whole, PARTIAL if reasons else PRICED, reasons, card.source, card.version, card.description)

    def _cards(self, asked: Consumption) -> Iterator[RateCard]:
        compiled = self._overrides.change(asked) if self._overrides else None
        priced_as = compiled.priced_as(asked) if compiled else asked
        for source in self._catalogues:
            card = source.card(priced_as)
            if card is not None and not isinstance(source, Overrides):
                card = self._at_host(card, asked.host)
            if card is not None:
                yield compiled.adjusted(card) if compiled else card

    def _at_host(self, card: RateCard, host: str) -> RateCard:
        """Return a catalogue's `card` with a reservation where the host has a list in another currency."""
        code = self._exchange.currency_of(host)
        if code == USD:
            return card
        key = (card, code)
        if key not in self._foreign:
            if len(self._foreign) >= _CACHE_SIZE:
                self._foreign.clear()
            self._foreign[key] = replace(card, notes=(*card.notes, f"no_price:currency={code}"))
        return self._foreign[key]

    def _part(self, asked: Consumption) -> _Part:
        card = self.card(asked)
        if card is None:
            compiled = self._overrides.change(asked) if self._overrides else None
            provider = (compiled.priced_as(asked) if compiled else asked).provider
            known = any(one.knows_provider(provider) for one in self._catalogues)
            return _Part(None, ("unknown_model" if known else "unknown_provider",))
        if card.free:
            return _Part(card, (card.free,))
        if not card.rates:
            return _Part(None, ("empty_price",))
        billed = amounts(asked)
        if not billed.is_possible:
            return _Part(None, ("inconsistent_usage",))
        price = card.price(billed)
        if price.missing or price.general:
            card = self._filled_up(card, asked, price.missing + price.general)
            price = card.price(billed)
        reasons = _reasons(card, asked.usage, billed, price)
        if price.missing and not price.numerator and card.rates.keys().isdisjoint(billed.by_name):
            # Nothing that was consumed has a price: 0 would be a lower bound without meaning.
            return _Part(None, reasons)
        return _Part(card, reasons, price.numerator, price.denominator)

    def _filled_up(self, card: RateCard, asked: Consumption, missing: tuple[str, ...]) -> RateCard:
        """Return `card` with the `missing` prices that other sources have: a share asks them before it costs as much
        as its total.
        """
        for other in self._cards(asked):
            lacking = tuple(name for name in missing if self._can_fill(name, card, other, asked))
            # A card's reservations would hold for each price taken from it.
            if other is card or other.notes or not lacking:
                continue
            key = (card, other, lacking)
            if key not in self._filled:
                if len(self._filled) >= _CACHE_SIZE:
                    self._filled.clear()
                more = {name: replace(other.rates[name], source=other.source) for name in lacking}
                details = {**card.details, other.source: other.version}
                self._filled[key] = replace(card, rates={**card.rates, **more}, details=details)
            card = self._filled[key]
        return card

    def _can_fill(self, name: str, card: RateCard, other: RateCard, asked: Consumption) -> bool:
        """Tell whether the price of `name` in `other` holds where `card` has none.

        It does not for a share if it is decided that the card, which lists none, is right; nor if a read from the cache
        would cost more than the input, or a write to it less.
        """
        if name not in other.rates or name in card.rates:
            return False
        general = general_price(name, card.rates)
        if general is None:
            return True
        usd = other.rates[name].usd
        if (name in CACHE_READS and usd > general.usd) or (name == CACHE_WRITES and usd < general.usd):
            return False
        providers = {asked.provider, card.details.get("provider", asked.provider)}
        names = (f"{provider}/{model}" for provider in providers for model in asked.models)
        return not any(self._decided(one) == card.source for one in names)


def _joined(parts: Sequence[_Part]) -> _Part:
    """Return the exact sum of the parts, with the first card of a part that is not free."""
    whole = sum((Fraction(one.numerator, one.denominator) for one in parts), Fraction())
    # A free part does not make the sum a lower bound.
    billed = [one for one in parts if not one.is_free] or parts
    card = next((one.card for one in billed if one.card is not None), None)
    reasons = dict.fromkeys(reason for one in billed for reason in one.reasons)
    return _Part(card, tuple(reasons), whole.numerator, whole.denominator)


def _reasons(card: RateCard, usage: Usage, billed: Amounts, price: Price) -> tuple[str, ...]:
    """Return why the price is incomplete, or may be that of other conditions."""
    reasons = card.notes + billed.reasons
    if price.missing:
        reasons += tuple(f"{NO_PRICE}{name}" for name in price.missing)
    if card.shares and usage.output_tokens:
        reasons += tuple(f"no_share:{name}" for name in card.shares if not _is_stated(name, usage))
    if billed.input_at_most > billed.input_tokens and not card.is_one_band(billed):
        reasons += ("long_context_not_told",)
    return reasons


def _is_stated(name: str, usage: Usage) -> bool:
    return getattr(usage, name, None) is not None or name in (usage.units or {})
