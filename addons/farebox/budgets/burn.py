"""Burn rates: how many times as fast as its limit allows a budget is being used."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

HOUR = timedelta(hours=1)
# Spans of the last hour, whose calls are read.
SHORT: dict[str, timedelta] = {"5m": timedelta(minutes=5), "30m": timedelta(minutes=30), "1h": HOUR}
# Spans of hourly sums.
LONG: dict[str, timedelta] = {"2h": 2 * HOUR, "6h": 6 * HOUR, "1d": 24 * HOUR}
SPANS = (*SHORT, *LONG)


def rate(used: float, over: timedelta, limit: int, window: timedelta) -> float:
    """Return the burn rate of `used` in the time `over`: at 1, `limit` lasts exactly for the `window`."""
    return used * (window / over) / limit


def amount_over(hours: Sequence[int], elapsed: timedelta, span: timedelta) -> float:
    """Return what was used in the last `span` by `hours`: the sum of this hour, `elapsed` old, then of those before.

    The hour in which the span begins counts in proportion.
    """
    whole, rest = divmod(span - elapsed, HOUR)
    used = float(sum(hours[: whole + 1]))
    return used + (hours[whole + 1] * (rest / HOUR) if whole + 1 < len(hours) else 0.0)


def rates(
    short: Mapping[str, int], hours: Sequence[int], elapsed: timedelta, limit: int, window: timedelta
) -> dict[str, float]:
    """Return the burn rate over each of SPANS.

    `short` has what was used in the parts into which SHORT cuts the last hour; `hours` is as in `amount_over`.
    """
    used: dict[str, float] = {}
    total = 0
    for name in SHORT:
        total += short.get(name, 0)
        used[name] = total
    used |= {name: amount_over(hours, elapsed, span) for name, span in LONG.items()}
    return {name: rate(used[name], span, limit, window) for name, span in (SHORT | LONG).items()}
