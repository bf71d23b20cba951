"""What of the user's own prices can never count, or does not; and which calls still have no price."""

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
    """So many calls of one kind, of which the ledger has some as unpriced.

    The usage of `asked` holds as units what the unpriced ones lacked a price for, if the model had others.
    """

    asked: Consumption
    calls: int
    unpriced: int = 0

    @property
    def lacked(self) -> Collection[str]:
        """The amounts that had no price."""
        return self.asked.usage.units or ()


class Lint:
    """Looks at the rules of `overrides` beside the `catalogues`, for calls at providers of `table` at `now`."""

    def __init__(self, overrides: Overrides, catalogues: Pricer, table: Table, now: datetime) -> None:
        self._overrides = overrides
        self._catalogues = catalogues
        self._table = table
        self._names = sorted({one.name for one in table} | {UNKNOWN})
        self._now = now

    def findings(self) -> Iterator[str]:
        """Yield what is wrong with the rules by themselves, each with the rule's name."""
        compiled_rules = self._overrides.compiled_rules
        for compile_rule in compiled_rules:
            later = compiled_rules[compile_rule.number + 1 :]
            for problem in (
                *self._who(compile_rule.rule),
                *self._price(compile_rule.rule),
                *self._later(compile_rule, later),
            ):
                yield f"{compile_rule.name}: {problem}"

    def unused(self, traffic: Sequence[Traffic], since: datetime) -> Iterator[str]:
        """Yield which rules that hold after `since` none of the calls is for, or leave all of theirs to later ones."""
        number = sum(one.calls for one in traffic)
        matched, counted = self._partial_sums(traffic)
        for compile_rule in self._overrides.compiled_rules if number else ():
            if not _overlaps_days(compile_rule.rule, since, self._now):
                continue
            if not matched[compile_rule.number]:
                yield f"{compile_rule.name}: matches none of the {number:,} calls in the ledger since {since:%Y-%m-%d}"
            elif not counted[compile_rule.number]:
                calls = matched[compile_rule.number]
                yield f"{compile_rule.name}: later rules count for all of the {calls:,} calls that it matches"

    def _who(self, rule: PriceRule) -> Iterator[str]:
        provider, host = rule.match.provider, rule.match.host
        if provider is not None and provider not in self._names:
            yield f"matches nothing, as there is no provider {provider!r}{self._meant(provider)}"
        elif provider is not None and host is not None and provider not in self._at(host):
            yield f"matches nothing, as {host} is no host of {provider}"

    def _price(self, rule: PriceRule) -> Iterator[str]:
        if rule.target is not None:
            provider, model = rule.target
            beyond = self._overrides.compile_rule(self._asked(provider, model))
            if provider not in self._names:
                yield f"alias_of: there is no provider {provider!r}{self._meant(provider)}"
            elif beyond is not None and beyond.rule.target is not None:
                yield f"alias_of: {rule.alias_of} is an alias itself ({beyond.name}), which is not followed"
            elif not (beyond and beyond.has_card) and not self._is_priced(provider, model):
                yield f"alias_of: no source has a price of {rule.alias_of}"
            return
        provider, model = rule.match.provider or "", rule.match.model or "*"
        if rule.multiplier is not None and provider and "*" not in model and not self._is_priced(provider, model):
            yield f"multiplier: no source has a price of {provider}/{model} to multiply"

    def _later(self, compile_rule: CompiledRule, later: Sequence[CompiledRule]) -> Iterator[str]:
        rule = compile_rule.rule
        above = next((one for one in later if covers(one.rule, rule)), None)
        if above is not None:
            yield f"never counts, as {above.name} comes later and is for all of its calls"
            return
        for one in later:
            if self._may_share(rule, one.rule) and not _is_refined(rule, one.rule):
                yield f"overlaps with {one.name}, which counts for the calls that both are for"

    def _may_share(self, one: PriceRule, other: PriceRule) -> bool:
        return meet(one, other) and not self._places(one).isdisjoint(self._places(other))

    def _places(self, rule: PriceRule) -> frozenset[str]:
        if rule.match.provider is not None:
            return frozenset({rule.match.provider})
        return frozenset(self._names) if rule.match.host is None else self._at(rule.match.host)

    def _at(self, host: str) -> frozenset[str]:
        """Return who may bill at hosts like `host`."""
        known = {
            one.name for one in self._table if any(patterns_meet(host, name.partition(":")[0]) for name in one.hosts)
        }
        return frozenset(known | {UNKNOWN})

    def _meant(self, name: str) -> str:
        close = get_close_matches(name, self._names, 1)
        return f": did you mean {close[0]}?" if close else ""

    def _is_priced(self, provider: str, model: str) -> bool:
        return self._catalogues.card(self._asked(provider, model)) is not None

    def _asked(self, provider: str, model: str) -> Consumption:
        return Consumption(provider, (model,), Usage(), self._now, duration_ms=0)

    def _partial_sums(self, traffic: Iterable[Traffic]) -> tuple[Counter[int], Counter[int]]:
        """Return how many calls each rule matches, and for how many it counts, also as what an alias is of."""
        matched: Counter[int] = Counter()
        counted: Counter[int] = Counter()
        for asked, calls, _ in traffic:
            first = self._overrides.compile_rule(asked)
            for one in (asked, first.priced_as(asked)) if first and first.rule.target else (asked,):
                matched.update(
                    {fit.number: calls for fit in self._overrides.compiled_rules if fit.matches(one) and fit.holds(one)}
                )
                winner = self._overrides.compile_rule(one)
                counted.update({winner.number: calls} if winner else {})
        return matched, counted


def without_price(pricer: Pricer, traffic: Iterable[Traffic]) -> list[Traffic]:
    """Return the kinds of unpriced calls that no source has a price of even now, the most frequent first.

    Kinds that differ in time or tier alone are one.
    """
    found: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], Traffic] = {}
    for one in traffic:
        if not one.unpriced or not one.asked.models or _has_price(pricer, one.asked):
            continue
        key = (one.asked.provider, one.asked.host, one.asked.models, tuple(sorted(one.lacked)))
        before = found.get(key, Traffic(msgspec.structs.replace(one.asked, tier=None), 0))
        found[key] = Traffic(before.asked, before.calls + one.unpriced, before.unpriced + one.unpriced)
    return sorted(found.values(), key=lambda one: -one.calls)


def _has_price(pricer: Pricer, asked: Consumption) -> bool:
    card = pricer.sheet(asked)
    if card is None or not card.rates:
        return card is not None and card.free is not None
    return not card.price(Amounts(asked.usage.units or {}, 1)).missing


def _is_refined(rule: PriceRule, later: PriceRule) -> bool:
    """Tell whether `later` goes into what `rule` says in general: some of its calls, or its next price."""
    same = covers_match(later.match, rule.match)
    return covers_match(rule.match, later.match) and not (same and rule.effective_to is not None)


def _overlaps_days(rule: PriceRule, since: datetime, until: datetime) -> bool:
    return (rule.effective_to is None or rule.effective_to >= since.date()) and (
        rule.effective_from is None or rule.effective_from <= until.date()
    )
