"""The prices that a rule of the user's own states, by name of the ledger's column or unit."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..config.price_rules import Energy, GpuHour, PriceRule
from ..config.price_units import given
from .amounts import DURATION, MACHINE, REQUESTS
from .rate import HOUR_MS, MILLION, Rate, exact_product

_THOUSAND = 1_000


def rates_of(rule: PriceRule) -> Mapping[str, Rate]:
    """Return the rates of `rule`, exactly as written."""
    rates = dict(_tokens(rule))
    for prices, per in ((rule.per_unit, 1), (rule.per_1k, _THOUSAND)):
        rates |= {name: Rate(usd, per) for name, usd in given(prices).items()}
    for kind in ("audio", "video"):
        # The ledger has lengths in whole seconds if the provider states them, else in milliseconds.
        seconds = rates.get(f"{kind}_seconds")
        if seconds is not None:
            rates[f"{kind}_milliseconds"] = Rate(seconds.usd, seconds.per * _THOUSAND)
    if rule.per_request is not None:
        rates[REQUESTS] = Rate(rule.per_request, 1)
    hourly = _per_hour(rule)
    if hourly is not None:
        # The time of the machine is shared already.
        rates |= {DURATION: hourly, MACHINE: Rate(hourly.usd, HOUR_MS)}
    return rates


def _tokens(rule: PriceRule) -> Iterator[tuple[str, Rate]]:
    for name, usd in given(rule.per_mtok).items():
        steps = ((step.above, given(step.per_mtok).get(name)) for step in rule.long_context)
        yield f"{name}_tokens", Rate(usd, MILLION, tuple((above, price) for above, price in steps if price is not None))


def _per_hour(rule: PriceRule) -> Rate | None:
    if isinstance(rule.local, Energy):
        usd = exact_product(rule.local.watts, rule.local.usd_per_kwh, Decimal("0.001"))
        return Rate(usd, HOUR_MS * rule.local.concurrency)
    if isinstance(rule.local, GpuHour):
        return Rate(exact_product(rule.local.usd_per_hour, rule.local.gpus), HOUR_MS * rule.local.concurrency)
    return None
