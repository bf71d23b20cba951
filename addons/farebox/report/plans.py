"""What was used on plans, and what these cost, as lines below the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from ..billing.plans import PROVIDERS
from ..config.price_rules import PriceRule
from ..providers.table import provider_of
from ..records.windows import window
from ..store.included import Included
from . import figures
from .figures import plural

_WINDOWS = {"5h": "five-hour window", "7d": "seven-day window"}
_CAPACITY = "provisioned"


def monthly_prices(rules: Iterable[PriceRule], start: datetime, end: datetime) -> dict[str, Decimal]:
    """Return what each plan costs a month by `rules` that hold between two moments; of several, the last counts."""
    found: dict[str, Decimal] = {}
    for rule in rules:
        is_over = rule.effective_to is not None and rule.effective_to < start.date()
        is_later = rule.effective_from is not None and rule.effective_from >= end.date()
        if rule.monthly_usd is not None and not (is_over or is_later):
            found |= dict.fromkeys(_plans_of(rule), rule.monthly_usd)
    return found


def months(start: datetime, end: datetime, zone: ZoneInfo) -> Fraction:
    """Return how many calendar months of `zone` lie between two moments; a part counts by its length."""
    whole, at = Fraction(), start
    while at < end:
        month = window("month", at, zone)
        until = min(end, month.ends)
        whole += Fraction((until - at) // _TICK, (month.ends - month.begins) // _TICK)
        at = until
    return whole


def plan_notes(used: Sequence[Included], prices: Mapping[str, Decimal], share: Fraction) -> Iterator[str]:
    """Yield what plans have paid for, and what that saved: `share` is how many of their months the report covers."""
    if used:
        total = figures.usd(sum(one.list_nanousd for one in used))
        each = ", ".join(map(_described, used))
        yield f"used on plans: {total} at list price, not billed by the call ({each})"
    listed = {one.plan: one.list_nanousd for one in used}
    for plan, usd in prices.items():
        price = _nanousd(usd, share)
        saved = listed.get(plan, 0) - price
        result = f"{figures.usd(saved)} saved" if saved >= 0 else f"{figures.usd(-saved)} more than at list price"
        amounts = f"{figures.usd(listed.get(plan, 0))} at list price, {figures.usd(price)} for the plan"
        yield f"{plan}: {amounts} (${usd} a month): {result}"


def as_objects(used: Sequence[Included], prices: Mapping[str, Decimal], share: Fraction) -> list[dict[str, Any]]:
    """Return the same for machines: one object for each plan."""
    return [
        {
            "plan": one.plan or _CAPACITY,
            "calls": one.calls,
            "unlisted": one.unlisted,
            "list_nanousd": one.list_nanousd,
            "price_nanousd": _nanousd(prices[one.plan], share) if one.plan and one.plan in prices else None,
            "windows": one.windows,
        }
        for one in used
    ]


_TICK = datetime.resolution


def _described(one: Included) -> str:
    shown = [f"{one.plan or _CAPACITY} {plural(one.calls, 'call')}"]
    shown += [f"{plural(one.unlisted, 'call')} without a list price"] if one.unlisted else []
    for name, percent in one.windows.items():
        window_name = name.removeprefix("utilization_").removesuffix("_percent")
        shown.append(f"{_WINDOWS.get(window_name, window_name)} {percent} %")
    return ", ".join(shown)


def _plans_of(rule: PriceRule) -> list[str]:
    """Return the plans that a rule is about: the one that it names, else those that its calls can show."""
    if rule.plan is not None:
        return [rule.plan]
    at_host = provider_of(rule.match.host) if rule.match.host is not None else None
    provider = rule.match.provider or (at_host.name if at_host is not None else None)
    return [plan for plan, names in PROVIDERS.items() if provider in names] or [rule.plan_name]


def _nanousd(usd: Decimal, share: Fraction) -> int:
    return round(Fraction(usd) * share * 10**9)
