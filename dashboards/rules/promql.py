"""Pieces of PromQL that several rules are made of."""

from dashboards.thresholds import Burn

BUDGET = "max by (budget, scope, window)"
# The label `window` of budgets: `day`, `rolling 36h`, `rolling 30d`. Windows of similar length have the same levels.
WINDOWS = {
    "day": "day|rolling ([0-9]{1,2}h|[12]d)",
    "week": "week|rolling ([1-3][0-9]{2}h|([3-9]|1[0-3])d)",
    "month": "month|rolling ([4-9][0-9]{2}h|[0-9]{4}h|1[4-9]d|[2-9][0-9]d)",
}


def number(value: float) -> str:
    """Return a threshold in its shortest form."""
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def steady(selector: str) -> str:
    """Return the latest value of 15 minutes: a missed scrape must not end an alert and begin it again."""
    return f"last_over_time({selector}[15m])"


def used(bound: str) -> str:
    """Return the used share of each budget. `max`, because each of several sidecars exports the same figure."""
    return f"{BUDGET} ({steady(f'farebox_budget_used_ratio{{bound="{bound}"}}')})"


def burning(levels: tuple[Burn, ...]) -> str:
    """Return the budgets that burn faster than one of `levels`. The short range ends the alert once spending stops."""
    return "\nor\n".join(f"({_above(level, level.long)}\n  and {_above(level, level.short)})" for level in levels)


def spent(window: str, scopes: str, more: str = "") -> str:
    """Return the spend of each name of `scopes` in a window, in USD."""
    return f"max by (scope, name) ({steady(f'farebox_spend_usd{{window="{window}",scope=~"{scopes}"{more}}}')})"


def first_seen(counter: str, by: str, window: str) -> str:
    """Return the series of a counter that did not exist a `window` ago: `increase()` misses their first event."""
    return f"sum by ({by}) ({counter} unless {counter} offset {window}) > 0"


def _above(level: Burn, over: str) -> str:
    selector = f'farebox_budget_burn_rate{{window=~"{WINDOWS[level.window]}",over="{over}"}}'
    return f"{BUDGET} ({steady(selector)}) > {number(level.factor)}"
