"""The user's own prices: the source that goes before every catalogue, and what calls are priced as."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec

from ..price_rules import Free, PriceRule
from ..price_units import TOKENS
from ..providers import host_matches
from .amounts import DURATION
from .consumption import Consumption
from .rate import Rate
from .ratecard import RateCard
from .rule_rates import rates_of

NAME = "override"
_MEMORY = 4096
_Key = tuple[str, str, tuple[str, ...], str | None, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a call is priced as, and what its prices are then multiplied by; `told` goes into the rate card."""

    asked: Consumption
    multiplier: Decimal | None = None
    told: tuple[tuple[str, str], ...] = ()


class Overrides:
    """Prices by `rules`: of those that match a call and hold on its day, the last counts, alone."""

    name = NAME

    def __init__(self, rules: Sequence[PriceRule]) -> None:
        self._rules = tuple(enumerate(rules))
        self._rates = tuple(rates_of(rule) for rule in rules)
        self._matching: dict[_Key, tuple[tuple[int, PriceRule], ...]] = {}
        self._cards: dict[tuple[int, bool], RateCard] = {}
        self._adjusted: dict[tuple[RateCard, Decimal | None, tuple[tuple[str, str], ...]], RateCard] = {}
        self.version = f"sha256.{hashlib.sha256(msgspec.json.encode(tuple(rules))).hexdigest()[:12]}"

    def knows_provider(self, provider: str) -> bool:
        return provider in {rule.match.provider for _, rule in self._rules}

    def knows(self, provider: str, model: str | None) -> bool:
        """Tell whether a rule names `model`: one that is for any model knows none."""
        return model is not None and any(
            rule.match.provider in {None, provider} and model.lower() in _whole_names(rule) for _, rule in self._rules
        )

    def rule(self, asked: Consumption) -> tuple[int, PriceRule] | None:
        """Return the rule that counts for a call, with its number."""
        if not self._rules:
            return None
        key = (asked.provider, asked.host, asked.models, asked.tier, tuple(asked.context.items()))
        matching = self._matching.get(key)
        if matching is None:
            matching = tuple(one for one in reversed(self._rules) if matches(one[1], asked))
            _remember(self._matching, key, matching)
        return next((one for one in matching if holds(one[1], asked)), None)

    def card(self, asked: Consumption) -> RateCard | None:
        found = self.rule(asked)
        if found is None or not (found[1].has_prices or found[1].local):
            return None
        number, rule = found
        # What goes by time says nothing of a call whose time is not known.
        key = (number, asked.duration_ms is None and DURATION in self._rates[number])
        if key not in self._cards:
            self._cards[key] = self._card(number, rule, notes=("no_duration",) if key[1] else ())
        return self._cards[key]

    def terms(self, asked: Consumption) -> Terms | None:
        """Return what a rule has the call priced as, or None. The rules for that may have prices in turn."""
        found = self.rule(asked)
        if found is None or (found[1].alias_of is None and found[1].multiplier is None):
            return None
        number, rule = found
        told = {"rule": rule_name(number, rule), "rules": self.version}
        if rule.target is not None:
            provider, model = rule.target
            asked = replace(asked, provider=provider, models=(model,))
            told["alias_of"] = f"{provider}/{model}"
        if rule.multiplier is not None:
            told["multiplier"] = f"{rule.multiplier.normalize():f}"
        return Terms(asked, rule.multiplier, tuple(told.items()))

    def adjusted(self, card: RateCard, terms: Terms) -> RateCard:
        """Return `card` by `terms`: the same object for the same."""
        key = (card, terms.multiplier, terms.told)
        if key not in self._adjusted:
            rates: Mapping[str, Rate] = card.rates
            if terms.multiplier is not None:
                rates = {name: rate.times(terms.multiplier) for name, rate in rates.items()}
            found = replace(card, rates=rates, details={**card.details, **dict(terms.told)})
            _remember(self._adjusted, key, found)
        return self._adjusted[key]

    def _card(self, number: int, rule: PriceRule, *, notes: tuple[str, ...]) -> RateCard:
        days = {key: str(day) for key in ("effective_from", "effective_to") if (day := getattr(rule, key))}
        return RateCard(
            model=rule.match.model or rule.match.deployment or "*",
            source=NAME,
            version=self.version,
            rates=self._rates[number],
            notes=notes,
            free="local" if isinstance(rule.local, Free) else None,
            details={"rule": rule_name(number, rule), **days, **({"included": "tokens"} if rule.is_whole else {})},
            included=TOKENS if rule.is_whole else frozenset(),
        )


def matches(rule: PriceRule, asked: Consumption) -> bool:
    """Tell whether `rule` is for such a call, on whatever day."""
    match = rule.match
    return (
        match.provider in {None, asked.provider}
        and (match.host is None or host_matches(match.host, asked.host))
        and (match.model is None or any(_is_like(match.model, model) for model in asked.models))
        and (match.deployment is None or any(_is_like(match.deployment, model) for model in asked.models[-1:]))
        and (match.tier is None or match.tier.lower() == (asked.tier or "").lower())
        and (match.context or {}).items() <= asked.context.items()
    )


def holds(rule: PriceRule, asked: Consumption) -> bool:
    """Tell whether `rule` holds on the day of the call."""
    day = asked.at.date()
    return not (
        (rule.effective_from is not None and day < rule.effective_from)
        or (rule.effective_to is not None and day > rule.effective_to)
    )


def rule_name(number: int, rule: PriceRule) -> str:
    """Return a rule's number in the file, and the name that it has there."""
    return f"prices[{number}] {rule.name}".rstrip()


def _is_like(pattern: str, name: str) -> bool:
    wanted = ".*".join(map(re.escape, pattern.lower().split("*")))
    return re.fullmatch(wanted, name.lower(), re.DOTALL) is not None


def _whole_names(rule: PriceRule) -> set[str]:
    names = (rule.match.model, rule.match.deployment)
    return {name.lower() for name in names if name is not None and "*" not in name}


def _remember(memory: dict[Any, Any], key: object, value: object) -> None:
    if len(memory) >= _MEMORY:
        memory.clear()
    memory[key] = value
