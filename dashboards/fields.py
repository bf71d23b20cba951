"""How values are written and coloured: units, value mappings, thresholds and columns of tables. Pure data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Steps = Sequence[tuple[float | None, str]]

_IN_TABLES = {"width": "custom.width", "align": "custom.align"}
NEUTRAL: Steps = ((None, "text"),)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of Grafana and the number of decimals, None for as many as fit."""

    id: str
    decimals: int | None = None


# Grafana's `currencyUSD` cuts to three digits: $1234.57 becomes $1.23K. A prefix keeps the figure.
MONEY = Unit("prefix:$", 2)
# Per thousand calls, where two decimals make a cost look free.
SMALL_MONEY = Unit("prefix:$", 4)
COUNT = Unit("none", 0)
TOKENS = Unit("locale", 0)
PERCENT = Unit("percentunit", 0)
FINE_PERCENT = Unit("percentunit", 1)
SECONDS = Unit("s", 2)
# Shown with as many digits as it takes: farebox's own time is fractions of a millisecond.
SHORT_SECONDS = Unit("s")
# On axes and in columns, where 500 ms beside 1.33 mins would have to be converted.
PLAIN_SECONDS = Unit("suffix: s", 2)
CALLS_PER_MINUTE = Unit("suffix: /min", 1)
TOKENS_PER_SECOND = Unit("suffix: tokens/s", 1)
CALLS = Unit("suffix: calls", 0)
BYTES = Unit("bytes", 0)
TEXT = Unit("string")

# Okabe and Ito's colours, which people with any kind of colour vision tell apart.
SKY, ORANGE, GREEN, YELLOW = "#56B4E9", "#E69F00", "#009E73", "#F0E442"
BLUE, VERMILION, PURPLE, GREY, WHITE = "#2F7FD1", "#D55E00", "#CC79A7", "#8E8E8E", "#E6E6E6"
# Of series by their rank; what is beyond them is `other`, in grey.
RANKS = (SKY, ORANGE, GREEN, YELLOW, BLUE, VERMILION, PURPLE)
OTHER = "other"

# How an amount is marked: an estimate, a lower bound, or both. The unit has the mark, so that the figure has it.
MARKS: Mapping[str, str] = {"exact": "$", "estimate": "~$", "at least": ">= $", "at least, estimate": ">= ~$"}

# A sum of nothing but unknown costs is NULL, and NULL is not $0.
UNKNOWN: Json = {"type": "special", "options": {"match": "null+nan", "result": {"text": "unknown", "color": "orange"}}}
DASH: Json = {"type": "special", "options": {"match": "null+nan", "result": {"text": "-", "color": "text"}}}
UNKNOWN_TEXT: Json = {"type": "value", "options": {"unknown": {"text": "unknown", "color": "orange"}}}
NONE_IS_GOOD: Json = {"type": "value", "options": {"0": {"text": "none", "color": "green"}}}
NONE_IS_PLAIN: Json = {"type": "value", "options": {"0": {"text": "none", "color": "text"}}}
ONE_CALL: Json = {"type": "value", "options": {"1": {"text": "1 call", "color": "orange"}}}


def named(names: Mapping[str, tuple[str, str]]) -> Json:
    """Return a mapping of values to a text and a colour each."""
    return {"type": "value", "options": {key: {"text": text, "color": color} for key, (text, color) in names.items()}}


def defaults(
    unit: Unit = COUNT,
    *,
    steps: Steps = NEUTRAL,
    empty: str,
    mappings: Sequence[Json] = (),
    color: str = "thresholds",
    custom: Json | None = None,
    **more: Any,
) -> Json:
    """Return a panel's defaults of fields; `empty` is what it says without data, in words."""
    return {
        "unit": unit.id,
        "decimals": unit.decimals,
        "thresholds": {"mode": "absolute", "steps": [{"value": value, "color": hue} for value, hue in steps]},
        "noValue": empty,
        "mappings": list(mappings),
        "color": {"mode": color},
        "custom": custom or {},
        **more,
    }


def override(name: str, properties: Mapping[str, Any]) -> Json:
    """Return what holds for the field `name` alone."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items() if value is not None],
    }


def override_regex(pattern: str, properties: Mapping[str, Any]) -> Json:
    """Return what holds for the fields whose name matches `pattern`, a regular expression without slashes."""
    return {**override("", properties), "matcher": {"id": "byRegexp", "options": f"/{pattern}/"}}


def fixed(name: str, color: str, **more: Any) -> Json:
    """Return that the series `name` has a colour of its own."""
    return override(name, {"color": {"mode": "fixed", "fixedColor": color}, **more})


def by_rank() -> list[Json]:
    """Return the colours of series whose names begin with their rank, as `ranked` makes them."""
    colored = [(f"^{place} · ", color) for place, color in enumerate(RANKS, 1)]
    return [
        override_regex(pattern, {"color": {"mode": "fixed", "fixedColor": color}})
        for pattern, color in [*colored, (f"^{OTHER}$", GREY)]
    ]


def marked(decimals: int = MONEY.decimals or 0) -> list[Json]:
    """Return how figures are shown whose series are named by their mark, as `marked` in promql.py makes them."""
    return [
        override_regex(f"(^|: ){mark}$", {"unit": f"prefix:{before}", "decimals": decimals})
        for mark, before in MARKS.items()
    ]


def column(
    name: str,
    title: str,
    unit: Unit | None = None,
    *,
    steps: Steps = (),
    mappings: Sequence[Json] = (),
    cell: str | None = None,
    **properties: Any,
) -> Json:
    """Return how the column `name` of a table is shown; one with `steps` has coloured cells."""
    # Text of a colour can be read; white figures on orange or yellow cannot.
    kind = cell or ("color-text" if steps else None)
    thresholds = {"mode": "absolute", "steps": [{"value": value, "color": hue} for value, hue in steps]}
    own = {
        "displayName": title,
        "unit": unit.id if unit else None,
        "decimals": unit.decimals if unit else None,
        "custom.cellOptions": {"type": kind, "mode": "basic"} if kind else None,
        "thresholds": thresholds if steps else None,
        "mappings": list(mappings) or None,
    }
    return override(name, own | {_IN_TABLES.get(key, key): value for key, value in properties.items()})


def mark(name: str = "mark") -> Json:
    """Return the column that marks the amount to the right of it as an estimate or a lower bound."""
    return column(name, "Bound", TEXT, width=60, align="right")


def money(name: str, title: str, unit: Unit = MONEY, **properties: Any) -> Json:
    """Return a column of money, in which NULL says `unknown`."""
    return column(name, title, unit, mappings=[UNKNOWN], **properties)


def bar(name: str = "usd", title: str = "Spend") -> Json:
    """Return a column of money with a bar in each cell, as long as the money of the row."""
    return money(name, title, cell="gauge", min=0, fieldMinMax=True, color={"mode": "fixed", "fixedColor": "blue"})


def exact(name: str = "exact_usd", title: str = "Exact USD") -> Json:
    """Return a column of money as text: every digit, with `~` for estimates and `>=` for lower bounds."""
    return column(name, title, TEXT, mappings=[UNKNOWN], align="right")


def missing(name: str = "without_cost", title: str = "Cost unknown") -> Json:
    """Return the column of calls that a sum of money leaves out, orange where there are any."""
    steps: Steps = ((None, "text"), (1, "orange"))
    return column(name, title, CALLS, steps=steps, mappings=[NONE_IS_PLAIN, ONE_CALL], align="right", width=120)
