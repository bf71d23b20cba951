"""One rule of the user's own prices, made ready to be applied."""

import re
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from ..config.price_rules import Free, PriceRule
from ..config.price_units import TOKENS
from ..providers.table import host_matches
from .amounts import DURATION
from .consumption import Consumption
from .cost import INCLUDED
from .rate import Rate
from .ratecard import RateCard
from .rule_rates import rates_of

NAME = "override"
# The model of a rule that names none.
ANY_MODEL = "*"
_MEMORY = 4096


class CompiledRule:
    """The rule with this `number`, of rules of this `version`.

    It has a `card` of its own, or it `changes` what other sources say: whose prices they are, and times what.
    """

    def __init__(self, number: int, rule: PriceRule, version: str) -> None:
        self.number = number
        self.rule = rule
        self.name = f"prices[{number}] {rule.name}".rstrip()
        self.has_card = rule.has_prices or rule.local is not None
        self.changes = rule.alias_of is not None or rule.multiplier is not None
        self._version = version
        self._rates = rates_of(rule)
        self._card = self._own_card()
        self._timeless = replace(self._card, notes=("no_duration",))
        self._adjusted: dict[RateCard, RateCard] = {}

    def matches(self, asked: Consumption) -> bool:
        """Tell whether the rule is for such a call, on whatever day."""
        match = self.rule.match
        return (
            match.provider in {None, asked.provider}
            and (match.host is None or host_matches(match.host, asked.host))
            and (match.model is None or any(_is_like(match.model, model) for model in asked.models))
            and (match.deployment is None or any(_is_like(match.deployment, model) for model in asked.models[-1:]))
            and (match.tier is None or match.tier.lower() == (asked.tier or "").lower())
            and (match.context or {}).items() <= asked.context.items()
        )

    def holds(self, asked: Consumption) -> bool:
        """Tell whether the rule holds on the day of the call."""
        first, last = self.rule.effective_from, self.rule.effective_to
        if first is None and last is None:
            return True
        day = asked.at.date()
        return (first is None or first <= day) and (last is None or day <= last)

    def card(self, asked: Consumption) -> RateCard:
        """Return the prices that the rule states itself. By time, a call whose time is not known has none."""
        return self._timeless if asked.duration_ms is None and DURATION in self._rates else self._card

    def priced_as(self, asked: Consumption) -> Consumption:
        """Return the call whose price this one has."""
        if self.rule.target is None:
            return asked
        provider, model = self.rule.target
        return msgspec.structs.replace(asked, provider=provider, models=(model,))

    def adjusted(self, card: RateCard) -> RateCard:
        """Return another source's `card` as it holds by the rule: the same object for the same."""
        found = self._adjusted.get(card)
        if found is None:
            if len(self._adjusted) >= _MEMORY:
                self._adjusted.clear()
            found = self._adjusted[card] = replace(card, rates=self._times(card.rates), details=self._told(card))
        return found

    def _times(self, rates: Mapping[str, Rate]) -> Mapping[str, Rate]:
        multiplier = self.rule.multiplier
        return rates if multiplier is None else {name: rate.times(multiplier) for name, rate in rates.items()}

    def _told(self, card: RateCard) -> dict[str, str]:
        told = {**card.details, "rule": self.name, "rules": self._version}
        if self.rule.alias_of is not None:
            told["alias_of"] = self.rule.alias_of
        if self.rule.multiplier is not None:
            told["multiplier"] = f"{self.rule.multiplier.normalize():f}"
        return told

    def _own_card(self) -> RateCard:
        rule = self.rule
        days = {key: str(day) for key in ("effective_from", "effective_to") if (day := getattr(rule, key))}
        return RateCard(
            model=rule.match.model or rule.match.deployment or ANY_MODEL,
            source=NAME,
            version=self._version,
            rates=self._rates,
            free="local" if isinstance(rule.local, Free) else None,
            details={"rule": self.name, **days, **({INCLUDED: "tokens"} if rule.is_whole else {})},
            included=TOKENS if rule.is_whole else frozenset(),
        )


def _is_like(pattern: str, name: str) -> bool:
    wanted = ".*".join(map(re.escape, pattern.lower().split("*")))
    return re.fullmatch(wanted, name.lower(), re.DOTALL) is not None
