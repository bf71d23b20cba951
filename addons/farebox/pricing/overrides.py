"""The user's own prices: the source that takes precedence over every catalogue."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from ..config.price_rules import PriceRule
from .compiled_rule import NAME, CompiledRule
from .consumption import Consumption
from .exchange_rates import ExchangeRates
from .ratecard import RateCard

_CACHE_SIZE = 4096
_Key = tuple[str, str, tuple[str, ...], str | None, str | None, tuple[tuple[str, str], ...], tuple[Any, ...]]


class Overrides:
    """Prices by `rules`: only the last rule that matches a call and holds on its day applies."""

    def __init__(self, rules: Sequence[PriceRule], name: str = NAME, exchange: ExchangeRates | None = None) -> None:
        self.name = name
        exchange = exchange or ExchangeRates()
        self.version = f"sha256.{hashlib.sha256(msgspec.json.encode(tuple(rules))).hexdigest()[:12]}"
        self.compiled_rules = tuple(
            CompiledRule(number, rule, self.version, name, exchange) for number, rule in enumerate(rules)
        )
        self._providers = {rule.match.provider for rule in rules}
        self._billing_rules = tuple(one for one in reversed(self.compiled_rules) if one.rule.billing is not None)
        self._matching: dict[_Key, tuple[CompiledRule, ...]] = {}

    def knows_provider(self, provider: str) -> bool:
        return provider in self._providers

    def knows(self, provider: str, model: str | None) -> bool:
        """Tell whether a rule names `model` in full; patterns do not count."""
        fits = (one.rule for one in self.compiled_rules if one.rule.match.provider in {None, provider})
        return model is not None and any(model.lower() in _whole_names(rule) for rule in fits)

    def rule_for(self, asked: Consumption) -> CompiledRule | None:
        """Return the rule whose price applies to a call."""
        context = tuple(asked.context.items()) if asked.context else ()
        address = (asked.paths, asked.port, asked.key_kind, asked.billing)
        key = (asked.provider, asked.host, asked.models, asked.operation, asked.tier, context, address)
        matching = self._matching.get(key)
        if matching is None:
            if len(self._matching) >= _CACHE_SIZE:
                self._matching.clear()
            matching = tuple(one for one in reversed(self.compiled_rules) if one.sets_price and one.matches(asked))
            self._matching[key] = matching
        for one in matching:
            if one.holds(asked):
                return one
        return None

    def billing_rule(self, asked: Consumption) -> PriceRule | None:
        """Return the last rule that says who pays for a call."""
        found = (one.rule for one in self._billing_rules if one.matches(asked) and one.holds(asked))
        return next(found, None)

    def change(self, asked: Consumption) -> CompiledRule | None:
        """Return the rule that applies if it changes the prices of other sources instead of having its own."""
        found = self.rule_for(asked)
        return found if found is not None and found.changes else None

    def card(self, asked: Consumption) -> RateCard | None:
        found = self.rule_for(asked)
        return found.card(asked) if found is not None and found.has_card else None


def _whole_names(rule: PriceRule) -> set[str]:
    names = (rule.match.model, rule.match.deployment)
    return {name.lower() for name in names if name is not None and "*" not in name}
