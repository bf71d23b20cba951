"""How much of a subscription's windows is used, from the head of a response or an event that repeats it. Pure.

`utilization_WINDOW_percent` and `reset_WINDOW_ms`, beside the rate limits of ratelimit.py. A window is named by its
length (`5h`, `7d`) and, if it is for one model or app only, by that (`7d_opus`).
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from . import clean
from .ratelimit import Moments

# Only these words become names, so there are few.
_CLAUDE = re.compile(
    r"anthropic-ratelimit-unified-((?:5h|7d)(?:_(?:opus|sonnet|haiku|fable|mythos|cowork|oauth_apps|code))?|overage)-"
    r"(utilization|reset)"
)
_CODEX = re.compile(r"x-codex-(primary|secondary)-(used-percent|window-minutes|reset-after-seconds|reset-at)")
_HOUR, _DAY, _MOST_HOURS = 60, 1440, 24 * 60
_PERCENT = re.compile(r"\d{1,6}(?:\.\d{1,12})?")


def windows_in(headers: Collection[tuple[str, str]]) -> dict[str, int]:
    """Return the windows that the head of a response states."""
    stating = [one for one in headers if _is_window(one[0])]
    if not stating:
        return {}
    moments = Moments.of(headers)
    found: dict[str, int] = {}
    codex: dict[str, dict[str, str]] = {}
    for name, value in stating:
        if claude := _CLAUDE.fullmatch(name):
            found |= _claude(claude[1], claude[2], value.strip(), moments)
        elif one := _CODEX.fullmatch(name):
            codex.setdefault(one[1], {})[one[2].replace("-", "_")] = value.strip()
    for lane, stated in codex.items():
        found |= _codex(lane, stated, moments)
    return found


@lru_cache(maxsize=1024)
def _is_window(name: str) -> bool:
    return name.startswith(("anthropic-ratelimit-unified-", "x-codex-"))


def windows_of_event(rate_limits: Mapping[str, Any]) -> dict[str, int]:
    """Return the windows of Codex's event `codex.rate_limits`, which states them where there is no head."""
    found: dict[str, int] = {}
    for lane in ("primary", "secondary"):
        stated = rate_limits.get(lane)
        if isinstance(stated, dict):
            named = {name: str(value) for name, value in stated.items() if isinstance(value, int | float)}
            found |= _codex(lane, named, Moments(None))
    return found


def _claude(window: str, aspect: str, value: str, moments: Moments) -> dict[str, int]:
    if aspect == "utilization":
        return _percent(window, value, 100)
    reset = moments.milliseconds(value)
    return {} if reset is None else {f"reset_{window}_ms": reset}


def _codex(lane: str, stated: Mapping[str, str], moments: Moments) -> dict[str, int]:
    window = _length(clean.count(_whole(stated.get("window_minutes")))) or lane
    after = _whole(stated.get("reset_after_seconds"))
    reset = moments.milliseconds(stated.get("reset_at", "")) if after is None else after * 1000
    found = _percent(window, stated.get("used_percent") or "", 1)
    return found if reset is None else {**found, f"reset_{window}_ms": reset}


def _percent(window: str, value: str, unit: int) -> dict[str, int]:
    """Return the used share in whole percent; it isn't 100 before all is used."""
    if not _PERCENT.fullmatch(value):
        return {}
    used = float(value) * unit
    return {f"utilization_{window}_percent": min(round(used), 99) if used < 100 else round(used)}


def _length(minutes: int | None) -> str | None:
    if not minutes or minutes > _MOST_HOURS * _HOUR:
        return None
    return f"{minutes // _DAY}d" if minutes % _DAY == 0 else f"{-(-minutes // _HOUR)}h"


def _whole(value: str | None) -> int | None:
    return round(float(value)) if value is not None and _PERCENT.fullmatch(value) else None
