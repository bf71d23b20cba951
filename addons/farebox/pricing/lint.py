"""Find the user's own prices that cannot or do not apply, and calls that still have no price."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

import msgspec

from ..config.price_rules import PriceRule
from ..providers.table import UNKNOWN, Table
from ..records.usage import Usage
from .amounts import Amounts
from .compiled_rule import CompiledRule
from .consumption import Consumption
from .overlap import covers, covers_match, meet, patterns_meet
from .overrides import Overrides
from .pricer import Pricer


class Traffic(NamedTuple):
    """A number of calls of one kind, some of which are unpriced in the ledger.

    If the model has a price for other amounts, the units in `asked.usage` are the amounts without a price.
    """

    asked: Consumption
    calls: int
    unpriced: int = 0

    @property
    def lacked(self) -> Collection[str]:
        """The amounts that had no price."""
        return self.asked.usage.units or ()


class Lint:
    """Checks the rules of `overrides` against the `catalogues`, for calls to providers of `table` at `now`."""

    def __init__(self, overrides: Overrides, catalogues: Pricer, table: Table, now: datetime) -> None:
        self._overrides = overrides
        self._catalogues = catalogues
        self._table = table
        self._names = sorted({one.name for one in table} | {UNKNOWN})
        self._now = now

    def findings(self) -> Iterator[str]:
        """Yield problems of the rules themselves, each with the rule's name."""
        compiled_rules = self._overrides.compiled_rules
        for compiled in compiled_rules:
            later = compiled_rules[compiled.number + 1 :]
            for problem in (
                *self._match_problems(compiled.rule),
                *self._price_problems(compiled.rule),
                *self._order_problems(compiled, later),
            ):
                yield f"{compiled.name}: {problem}"

    def idle(self) -> Iterator[str]:
        """Yield the rules that can match no call, or only calls that a later rule takes; needs no catalogue."""
        compiled_rules = self._overrides.compiled_rules
        for compiled in compiled_rules:
            problem = next(self._match_problems(compiled.rule), None) or self._taken_by(compiled)
            if problem:
                yield f"{compiled.name}: {problem}"

    def unused(self, traffic: Sequence[Traffic], since: datetime) -> Iterator[str]:
        """Yield rules that hold after `since` and match none of the calls, or only calls that later rules price."""
        number = sum(one.calls for one in traffic)
        matched, priced = self._partial_sums(traffic)
        for compiled in self._overrides.compiled_rules if number else ():
            if not _overlaps_days(compiled.rule, since, self._now):
                continue
            if not matched[compiled.number]:
                yield f"{compiled.name}: matches none of the {number:,} calls in the ledger since {since:%Y-%m-%d}"
            elif compiled.sets_price and not priced[compiled.number]:
                calls = matched[compiled.number]
                yield f"{compiled.name}: later rules price all of the {calls:,} calls that it matches"

    def _match_problems(self, rule: PriceRule) -> Iterator[str]:
        provider, host = rule.match.provider, rule.match.host
        if provider is not None and provider not in self._names:
            yield f"matches nothing: there is no provider {provider!r}{self._suggestion(provider)}"
        elif provider is not None and host is not None and provider not in self._providers_at(host):
            yield f"matches nothing: {host} is not a host of {provider}"

    def _price_problems(self, rule: PriceRule) -> Iterator[str]:
        if rule.target is not None:
            provider, model = rule.target
            target = self._overrides.rule_for(self._asked(provider, model))
            if provider not in self._names:
                yield f"alias_of: there is no provider {provider!r}{self._suggestion(provider)}"
            elif target is not None and target.rule.target is not None:
                yield f"alias_of: {rule.alias_of} is an alias itself ({target.name}): name its target instead"
            elif "*" not in model and not (target and target.has_card) and not self._is_priced(provider, model):
                yield f"alias_of: no source has a price for {rule.alias_of}"
            return
        provider, model = rule.match.provider or "", rule.match.model or "*"
        if rule.multiplier is not None and provider and "*" not in model and not self._is_priced(provider, model):
            yield f"multiplier: no source has a price for {provider}/{model} to multiply"

    def _order_problems(self, compiled: CompiledRule, later: Sequence[CompiledRule]) -> Iterator[str]:
        rule = compiled.rule
        if taken := self._taken_by(compiled):
            yield taken
            return
        for one in (one for one in later if one.sets_price == compiled.sets_price):
            if self._may_share(rule, one.rule) and not _is_refined(rule, one.rule):
                yield f"overlaps with {one.name}, which prices the calls that both match"

    def _taken_by(self, compiled: CompiledRule) -> str | None:
        later = self._overrides.compiled_rules[compiled.number + 1 :]
        alike = (one for one in later if one.sets_price == compiled.sets_price)
        above = next((one for one in alike if covers(one.rule, compiled.rule)), None)
        return f"never applies: {above.name} comes later and matches all of its calls" if above else None

    def _may_share(self, one: PriceRule, other: PriceRule) -> bool:
        return meet(one, other) and not self._providers(one).isdisjoint(self._providers(other))

    def _providers(self, rule: PriceRule) -> frozenset[str]:
        if rule.match.provider is not None:
            return frozenset({rule.match.provider})
        return frozenset(self._names) if rule.match.host is None else self._providers_at(rule.match.host)

    def _providers_at(self, host: str) -> frozenset[str]:
        """Return the providers that can bill calls to hosts that fit `host`."""
        known = {
            one.name for one in self._table if any(patterns_meet(host, name.partition(":")[0]) for name in one.hosts)
        }
        return frozenset(known | {UNKNOWN})

    def _suggestion(self, name: str) -> str:
        close = get_close_matches(name, self._names, 1)
        return f": did you mean {close[0]}?" if close else ""

    def _is_priced(self, provider: str, model: str) -> bool:
        return self._catalogues.card(self._asked(provider, model)) is not None

    def _asked(self, provider: str, model: str) -> Consumption:
        return Consumption(provider, (model,), Usage(), self._now, duration_ms=0)

    def _partial_sums(self, traffic: Iterable[Traffic]) -> tuple[Counter[int], Counter[int]]:
        """Return how many calls each rule matches and how many it prices, including calls priced through an alias."""
        matched: Counter[int] = Counter()
        priced: Counter[int] = Counter()
        for asked, calls, _ in traffic:
            first = self._overrides.rule_for(asked)
            for one in (asked, first.priced_as(asked)) if first and first.rule.target else (asked,):
                matched.update(
                    {
                        rule.number: calls
                        for rule in self._overrides.compiled_rules
                        if rule.matches(one) and rule.holds(one)
                    }
                )
                winner = self._overrides.rule_for(one)
                priced.update({winner.number: calls} if winner else {})
        return matched, priced


def without_price(pricer: Pricer, traffic: Iterable[Traffic]) -> list[Traffic]:
    """Return the kinds of unpriced calls that still have no price, the most frequent first.

    Kinds that differ only in time or tier are merged.
    """
    found: dict[tuple[str, str, int | None, tuple[str, ...], tuple[str, ...]], Traffic] = {}
    for one in traffic:
        if not one.unpriced or not one.asked.models or _has_price(pricer, one.asked):
            continue
        key = (one.asked.provider, one.asked.host, one.asked.port, one.asked.models, tuple(sorted(one.lacked)))
        before = found.get(key, Traffic(msgspec.structs.replace(one.asked, tier=None), 0))
        found[key] = Traffic(before.asked, before.calls + one.unpriced, before.unpriced + one.unpriced)
    return sorted(found.values(), key=lambda one: -one.calls)


def _has_price(pricer: Pricer, asked: Consumption) -> bool:
    card = pricer.sheet(asked)
    if card is None or not card.rates:
        return card is not None and card.free is not None
    return not card.price(Amounts(asked.usage.units or {}, 1)).missing


def _is_refined(rule: PriceRule, later: PriceRule) -> bool:
    """Tell whether `later` refines `rule`: it covers some of its calls, or is its next price."""
    same = covers_match(later.match, rule.match)
    return covers_match(rule.match, later.match) and not (same and rule.effective_to is not None)


def _overlaps_days(rule: PriceRule, since: datetime, until: datetime) -> bool:
    return (rule.effective_to is None or rule.effective_to >= since.date()) and (
        rule.effective_from is None or rule.effective_from <= until.date()
    )
