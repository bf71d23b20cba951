"""Prices of the user's own, as `prices` of farebox.yaml holds them. What they mean to a call: pricing/overrides.py."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import msgspec

from .price_units import PerMtok, PerUnit, given

_HOST = re.compile(r"[\w*.-]+")
_TARGET = re.compile(r"[a-z0-9_]{1,32}/\S+")
_NAME_LIMIT = 64
# More digits than these no price has: what is made of two such numbers is still exact.
_MOST = 10**9
_DECIMALS = 15


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The calls that a rule is for: all that is named must fit.

    `model` is the name served or asked for, `deployment` the name asked for; `*` in them stands for any characters.
    `tier` and `context` are the ledger's `service_tier` and `price_context`.
    """

    provider: str | None = None
    host: str | None = None
    model: str | None = None
    deployment: str | None = None
    tier: str | None = None
    context: dict[str, str] | None = None


class LongContext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of the whole call where it has more than `above` input tokens."""

    above: int
    per_mtok: PerMtok


class Free(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="mode", tag="free"):
    """The call costs nothing."""


class Energy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="mode", tag="energy"):
    """The call costs what the machine draws for as long as it lasts, shared by `concurrency` calls."""

    watts: Decimal
    usd_per_kwh: Decimal
    concurrency: int = 1


class GpuHour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="mode", tag="gpu_hour"):
    """The call costs the hire of `gpus` for as long as it lasts, shared by `concurrency` calls."""

    usd_per_hour: Decimal
    gpus: Decimal = Decimal(1)
    concurrency: int = 1


class PriceRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule: prices in USD, or what the call is priced as, for calls that begin on the days from .. to, UTC."""

    match: Match
    name: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    per_mtok: PerMtok | None = None
    long_context: tuple[LongContext, ...] = ()
    per_request: Decimal | None = None
    per_unit: PerUnit | None = None
    per_1k: PerUnit | None = None
    alias_of: str | None = None
    multiplier: Decimal | None = None
    local: Free | Energy | GpuHour | None = None

    @property
    def has_prices(self) -> bool:
        """Tell whether it states prices itself."""
        prices = (self.per_mtok, self.per_request, self.per_unit, self.per_1k)
        return any(one is not None for one in prices)

    @property
    def is_whole(self) -> bool:
        """Tell whether its price is that of the whole call, tokens included: so much a request, or by time."""
        beside = (self.per_mtok, self.per_unit, self.per_1k)
        return self.local is not None or (self.per_request is not None and all(one is None for one in beside))

    @property
    def target(self) -> tuple[str, str] | None:
        """The provider and model that its calls are priced as."""
        if self.alias_of is None:
            return None
        provider, _, model = self.alias_of.partition("/")
        return provider, model


def problems(rules: Iterable[PriceRule]) -> Iterator[str]:
    """Yield what is wrong with `rules`, each with its key and the fix."""
    for number, rule in enumerate(rules):
        key = f"prices[{number}]"
        yield from (f"{key}{problem}" for problem in _in_rule(rule))


def _in_rule(rule: PriceRule) -> Iterator[str]:
    yield from _in_match(rule.match)
    yield from _in_kinds(rule)
    if len(rule.name) > _NAME_LIMIT or not rule.name.isprintable():
        yield f".name: a name has at most {_NAME_LIMIT} characters, on one line"
    if rule.effective_from and rule.effective_to and rule.effective_to < rule.effective_from:
        yield f".effective_to: {rule.effective_to} is before effective_from, so it never holds"
    if rule.alias_of is not None and not _TARGET.fullmatch(rule.alias_of):
        yield f".alias_of: {rule.alias_of!r} is no PROVIDER/MODEL, as openai/gpt-5.4"
    yield from _in_numbers(rule)
    yield from _in_long_context(rule)


def _in_match(match: Match) -> Iterator[str]:
    if match == Match():
        yield ".match: names nothing: name provider, host, model, deployment, tier or context (`model: '*'` is any)"
    if match.host is not None and ":" in match.host:
        yield f".match.host: {match.host!r}: a call's port is not kept: give the host a name in `providers`, match that"
    elif match.host is not None and not _HOST.fullmatch(match.host):
        yield f".match.host: {match.host!r} is no host: write api.example.com or *.example.com"


def _in_kinds(rule: PriceRule) -> Iterator[str]:
    is_other = rule.alias_of is not None or rule.multiplier is not None
    kinds = [rule.has_prices, is_other, rule.local is not None]
    if sum(kinds) == 0:
        yield ": sets no price: add per_mtok, per_request, per_unit, per_1k, alias_of, multiplier or local"
    if sum(kinds) > 1:
        yield ": takes its price from several: prices (per_...), alias_of with multiplier, and local each need a rule"
    for name in sorted(given(rule.per_unit).keys() & given(rule.per_1k).keys()):
        yield f".per_1k.{name}: stands in per_unit too: say it once"


def _in_numbers(rule: PriceRule) -> Iterator[str]:
    for key, number in _numbers(rule):
        if not number.is_finite() or not 0 <= number <= _MOST:
            yield f".{key}: {number} is no amount of USD: from 0 to {_MOST}"
        elif number != round(number, _DECIMALS):
            yield f".{key}: {number} has more than {_DECIMALS} decimals"
    if rule.multiplier is not None and not rule.multiplier:
        yield ".multiplier: 0 would hide what is billed: calls that cost nothing are `local: {mode: free}`"
    if isinstance(rule.local, Energy | GpuHour) and rule.local.concurrency < 1:
        yield f".local.concurrency: {rule.local.concurrency} is no number of calls: 1 or more"


def _numbers(rule: PriceRule) -> Iterator[tuple[str, Decimal]]:
    for table in ("per_mtok", "per_unit", "per_1k"):
        yield from ((f"{table}.{name}", usd) for name, usd in given(getattr(rule, table)).items())
    for number, step in enumerate(rule.long_context):
        yield from ((f"long_context[{number}].per_mtok.{name}", usd) for name, usd in given(step.per_mtok).items())
    if rule.local is not None:
        told = msgspec.structs.asdict(rule.local)
        yield from ((f"local.{name}", number) for name, number in told.items() if name != "concurrency")
    for name in ("per_request", "multiplier"):
        if (number := getattr(rule, name)) is not None:
            yield name, number


def _in_long_context(rule: PriceRule) -> Iterator[str]:
    last = 0
    for number, step in enumerate(rule.long_context):
        key = f".long_context[{number}]"
        if step.above <= last:
            yield f"{key}.above: {step.above}: steps go up from 1"
        last = step.above
        for name in given(step.per_mtok).keys() - given(rule.per_mtok).keys():
            yield f"{key}.per_mtok.{name}: has no price below {step.above} tokens: give it one in per_mtok"
