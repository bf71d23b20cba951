"""The user's own prices, the key `prices` of farebox.yaml. They are applied to calls in pricing/overrides.py."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from . import currency
from .currency import Currency
from .price_units import PerMtok, PerUnit, given

_HOST = re.compile(r"[\w*.-]+")
_TARGET = re.compile(r"[a-z0-9_]{1,32}/\S+")
_PATH = re.compile(r"[/*][^\s?#]{0,199}")
_PLAN = re.compile(r"[a-z0-9_-]{1,32}")
_NAME_LIMIT = 64
# No price has more digits than these, and a product of two such numbers is still exact.
_MOST = 10**9
_DECIMALS = 15


Billing = Literal["metered", "plan", "overage", "provisioned", "byok", "free_tier"]


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The calls that a rule is for: all given values must match.

    `model` is the name served or requested, `deployment` the name requested; `*` in them stands for any characters.
    `operation`, `tier` and `context` are the ledger's `operation`, `service_tier` and `price_context`; `key_kind` and
    `billing` are its columns as the exchange itself shows them. `path` is the request's, `*` in it stands for any
    characters.
    """

    provider: str | None = None
    host: str | None = None
    model: str | None = None
    deployment: str | None = None
    operation: str | None = None
    tier: str | None = None
    context: dict[str, str] | None = None
    path: str | None = None
    port: int | None = None
    key_kind: Literal["api", "oauth", "plan"] | None = None
    billing: Billing | None = None


class LongContext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of the whole call if it has more than `above` input tokens."""

    above: int
    per_mtok: PerMtok


class Free(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="mode", tag="free"):
    """The call costs nothing."""


class Energy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="mode", tag="energy"):
    """The call costs the energy that the machine draws while it lasts, shared by `concurrency` calls."""

    watts: Decimal
    usd_per_kwh: Decimal
    concurrency: int = 1


class GpuHour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="mode", tag="gpu_hour"):
    """The call costs the rent of `gpus` while it lasts, shared by `concurrency` calls."""

    usd_per_hour: Decimal
    gpus: Decimal = Decimal(1)
    concurrency: int = 1


class PriceRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule: prices, or a model to price calls as, for calls that start on the days from .. to in UTC.

    Prices are in USD, or in another `currency` that has a rate. It may say who pays: `billing`, and for a subscription
    its name and what it costs a month.
    """

    match: Match
    name: str = ""
    currency: str | None = None
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
    billing: Billing | None = None
    plan: str | None = None
    monthly_usd: Decimal | None = None

    @property
    def plan_name(self) -> str:
        """The name of its subscription where the calls show none: `plan`, else its own name as a word."""
        return self.plan or re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_") or "own"

    @property
    def has_prices(self) -> bool:
        """Tell whether the rule states prices itself."""
        prices = (self.per_mtok, self.per_request, self.per_unit, self.per_1k)
        return any(one is not None for one in prices)

    @property
    def is_whole(self) -> bool:
        """Tell whether its price covers the whole call, tokens included: per request, or by time."""
        others = (self.per_mtok, self.per_unit, self.per_1k)
        return self.local is not None or (self.per_request is not None and all(one is None for one in others))

    @property
    def target(self) -> tuple[str, str] | None:
        """The provider and model that calls are priced as."""
        if self.alias_of is None:
            return None
        provider, _, model = self.alias_of.partition("/")
        return provider, model


def problems(rules: Iterable[PriceRule], lines: Sequence[Currency] = ()) -> Iterator[str]:
    """Yield what is wrong with `rules` and with the rates of their currencies, each with its key and the fix."""
    yield from currency.problems(lines)
    codes = {currency.USD, *currency.BUNDLED, *(line.code for line in lines)}
    for number, rule in enumerate(rules):
        key = f"prices[{number}]"
        yield from (f"{key}{problem}" for problem in _in_rule(rule))
        if rule.currency is not None and rule.currency not in codes:
            yield f"{key}.currency: {rule.currency!r} has no rate: add one to `currency`: {{code: ..., usd: ...}}"
        if rule.currency is not None and not rule.has_prices:
            yield f"{key}.currency: only prices (per_...) have a currency: remove it"


def _in_rule(rule: PriceRule) -> Iterator[str]:
    yield from _in_match(rule.match)
    yield from _in_kinds(rule)
    if len(rule.name) > _NAME_LIMIT or not rule.name.isprintable():
        yield f".name: a name has at most {_NAME_LIMIT} characters, on one line"
    if rule.effective_from and rule.effective_to and rule.effective_to < rule.effective_from:
        yield f".effective_to: {rule.effective_to} is before effective_from, so the rule never applies"
    if rule.alias_of is not None and not _TARGET.fullmatch(rule.alias_of):
        yield f".alias_of: {rule.alias_of!r} is not PROVIDER/MODEL, such as openai/gpt-5.4"
    yield from _in_billing(rule)
    yield from _in_numbers(rule)
    yield from _in_long_context(rule)


def _in_match(match: Match) -> Iterator[str]:
    if match == Match():
        keys = ", ".join(Match.__struct_fields__)
        yield f".match: is empty: name one of {keys} (`model: '*'` is any)"
    if match.path is not None and not _PATH.fullmatch(match.path):
        yield f".match.path: {match.path!r} is not a path: begin it with / or *, such as /api/coding/*"
    if match.port is not None and not 0 < match.port < 65_536:
        yield f".match.port: {match.port} is not a port: write 1 to 65535"
    if match.host is not None and ":" in match.host:
        name, _, port = match.host.rpartition(":")
        yield f".match.host: {match.host!r} has a port: write `host: {name}` and `port: {port}`"
    elif match.host is not None and not _HOST.fullmatch(match.host):
        yield f".match.host: {match.host!r} is not a host: write api.example.com or *.example.com"


def _in_billing(rule: PriceRule) -> Iterator[str]:
    if rule.plan is not None and not _PLAN.fullmatch(rule.plan):
        yield f".plan: {rule.plan!r} is not a name: use up to 32 lower-case letters, digits, - and _"
    if (rule.plan or rule.monthly_usd is not None) and rule.billing not in {"plan", "provisioned"}:
        yield ": names a plan or its monthly price: add `billing: plan` or `billing: provisioned`"


def _in_kinds(rule: PriceRule) -> Iterator[str]:
    is_other = rule.alias_of is not None or rule.multiplier is not None
    kinds = [rule.has_prices, is_other, rule.local is not None]
    if sum(kinds) == 0 and rule.billing is None:
        yield ": sets no price: add per_mtok, per_request, per_unit, per_1k, alias_of, multiplier, local or billing"
    if sum(kinds) > 1:
        yield ": has prices of several kinds: prices (per_...), alias_of with multiplier, and local need a rule each"
    for name in sorted(given(rule.per_unit).keys() & given(rule.per_1k).keys()):
        yield f".per_1k.{name}: is in per_unit too: remove one of them"


def _in_numbers(rule: PriceRule) -> Iterator[str]:
    for key, number in _numbers(rule):
        if not number.is_finite() or not 0 <= number <= _MOST:
            yield f".{key}: {number} is not an amount in USD: write 0 to {_MOST}"
        elif number != round(number, _DECIMALS):
            yield f".{key}: {number} has more than {_DECIMALS} decimals: round it"
    if rule.multiplier is not None and not rule.multiplier:
        yield ".multiplier: 0 would hide costs: write `local: {mode: free}` for calls that cost nothing"
    if isinstance(rule.local, Energy | GpuHour) and rule.local.concurrency < 1:
        yield f".local.concurrency: {rule.local.concurrency} is not a number of calls: write 1 or more"


def _numbers(rule: PriceRule) -> Iterator[tuple[str, Decimal]]:
    for table in ("per_mtok", "per_unit", "per_1k"):
        yield from ((f"{table}.{name}", usd) for name, usd in given(getattr(rule, table)).items())
    for number, step in enumerate(rule.long_context):
        yield from ((f"long_context[{number}].per_mtok.{name}", usd) for name, usd in given(step.per_mtok).items())
    if rule.local is not None:
        fields = msgspec.structs.asdict(rule.local)
        yield from ((f"local.{name}", number) for name, number in fields.items() if name != "concurrency")
    for name in ("per_request", "multiplier", "monthly_usd"):
        if (number := getattr(rule, name)) is not None:
            yield name, number


def _in_long_context(rule: PriceRule) -> Iterator[str]:
    last = 0
    for number, step in enumerate(rule.long_context):
        key = f".long_context[{number}]"
        if step.above <= last:
            yield f"{key}.above: {step.above}: write 1 or more, and more than in the step before"
        last = step.above
        for name in given(step.per_mtok).keys() - given(rule.per_mtok).keys():
            yield f"{key}.per_mtok.{name}: has no price below {step.above} tokens: add one to per_mtok"
