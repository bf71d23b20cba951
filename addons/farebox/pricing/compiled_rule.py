"""One rule of the user's own prices, compiled for matching and pricing."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from ..config.currency import USD, Currency
from ..config.price_rules import Free, PriceRule
from ..config.price_units import TOKENS
from ..providers.hosts import host_matches
from ..records.glob import fits, wildcard
from .amounts import DURATION
from .consumption import Consumption
from .cost import INCLUDED
from .exchange_rates import ExchangeRates
from .rate import Rate
from .ratecard import RateCard
from .rule_rates import rates_of

NAME = "override"
# The model of a rule that names no model.
ANY_MODEL = "*"
_CACHE_SIZE = 4096


class CompiledRule:
    """The rule at index `number` in a list of rules with this `version`.

    It either has a `card` of its own, or it `changes` the prices of other sources: by an alias, a multiplier or both.
    """

    def __init__(
        self, number: int, rule: PriceRule, version: str, source: str = NAME, exchange: ExchangeRates | None = None
    ) -> None:
        self.number = number
        self.rule = rule
        self.name = f"prices[{number}] {rule.name}".rstrip()
        self.has_card = rule.has_prices or rule.local is not None
        self.changes = rule.alias_of is not None or rule.multiplier is not None
        self.sets_price = self.has_card or self.changes
        self._version = version
        self._source = source
        self._rates = rates_of(rule)
        self._card = self._own_card()
        self._timeless = replace(self._card, notes=("no_duration",))
        self._adjusted: dict[RateCard, RateCard] = {}
        self._exchange = exchange or ExchangeRates()
        self._converted: dict[Currency, RateCard] = {}

    def matches(self, asked: Consumption) -> bool:
        """Tell whether the rule matches the call, ignoring the day."""
        match = self.rule.match
        return (
            match.provider in {None, asked.provider}
            and (match.host is None or host_matches(match.host, asked.host))
            and (match.model is None or any(fits(match.model, model) for model in asked.models))
            and (match.deployment is None or any(fits(match.deployment, model) for model in asked.models[-1:]))
            and match.operation in {None, asked.operation}
            and (match.tier is None or match.tier.lower() == (asked.tier or "").lower())
            and (match.context or {}).items() <= asked.context.items()
            and self._matches_address(asked)
        )

    def _matches_address(self, asked: Consumption) -> bool:
        match = self.rule.match
        return (
            (match.path is None or match.path in asked.paths)
            and match.port in {None, asked.port}
            and match.key_kind in {None, asked.key_kind}
            and match.billing in {None, asked.billing}
        )

    def holds(self, asked: Consumption) -> bool:
        """Tell whether the rule holds on the day of the call."""
        first, last = self.rule.effective_from, self.rule.effective_to
        if first is None and last is None:
            return True
        day = asked.at.date()
        return (first is None or first <= day) and (last is None or day <= last)

    def card(self, asked: Consumption) -> RateCard:
        """Return the prices that the rule states. A price by time does not apply if the duration is unknown."""
        if self.rule.currency not in {None, USD}:
            return self._in_usd(self.rule.currency or USD, asked)
        is_timeless = asked.duration_ms is None and asked.machine_ms is None
        return self._timeless if is_timeless and DURATION in self._rates else self._card

    def _in_usd(self, code: str, asked: Consumption) -> RateCard:
        """Return the prices at the rate of the day; the same rate gives the same object."""
        rate = self._exchange.rate(code, asked.host, asked.at.date())
        if rate is None:
            return replace(self._card, rates={}, notes=(f"no_price:currency={code}",))
        card = self._converted.get(rate)
        if card is None:
            source = "farebox" if self._exchange.is_bundled(rate) else "currency"
            since = {"rate_from": str(rate.effective_from)} if rate.effective_from else {}
            details = {"currency": code, f"usd_per_{code.lower()}": f"{rate.usd:f}", "rate_source": source, **since}
            rates = {name: one.times(rate.usd) for name, one in self._rates.items()}
            card = replace(self._card, rates=rates, details={**self._card.details, **details})
            self._converted[rate] = card
        return card

    def priced_as(self, asked: Consumption) -> Consumption:
        """Return the call with the provider and model that it is priced as."""
        if self.rule.target is None:
            return asked
        provider, model = self.rule.target
        models = tuple(dict.fromkeys(model.replace("*", self._wildcard(name)) for name in asked.models or ("",)))
        return msgspec.structs.replace(asked, provider=provider, models=models)

    def _wildcard(self, model: str) -> str:
        """Return what `*` in an alias stands for: what it stands for in the matched model, or the whole model."""
        return wildcard(self.rule.match.model or self.rule.match.deployment or "*", model)

    def adjusted(self, card: RateCard) -> RateCard:
        """Return another source's `card` with the rule applied; the same card gives the same object."""
        found = self._adjusted.get(card)
        if found is None:
            if len(self._adjusted) >= _CACHE_SIZE:
                self._adjusted.clear()
            found = self._adjusted[card] = replace(card, rates=self._times(card.rates), details=self._details(card))
        return found

    def _times(self, rates: Mapping[str, Rate]) -> Mapping[str, Rate]:
        multiplier = self.rule.multiplier
        return rates if multiplier is None else {name: rate.times(multiplier) for name, rate in rates.items()}

    def _details(self, card: RateCard) -> dict[str, str]:
        details = {**card.details, "rule": self.name, "rules": self._version}
        if self.rule.alias_of is not None:
            details["alias_of"] = self.rule.alias_of
        if self.rule.multiplier is not None:
            details["multiplier"] = f"{self.rule.multiplier.normalize():f}"
        return details

    def _own_card(self) -> RateCard:
        rule = self.rule
        days = {key: str(day) for key in ("effective_from", "effective_to") if (day := getattr(rule, key))}
        return RateCard(
            model=rule.match.model or rule.match.deployment or ANY_MODEL,
            source=self._source,
            version=self._version,
            rates=self._rates,
            free="local" if isinstance(rule.local, Free) else None,
            details={"rule": self.name, **days, **({INCLUDED: "tokens"} if rule.is_whole else {})},
            included=TOKENS if rule.is_whole else frozenset(),
        )
