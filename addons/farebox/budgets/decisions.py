"""What the recorder tells workers: which budgets are used up, for whom and until when. Workers decide by that alone."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from ..config.budgets import ALL, Budget
from .matching import matcher

FILE = "budget-decisions.json"
# Older decisions are not followed: nothing may be refused because of what was so once.
STALE_SECONDS = 60.0
_HOUR = timedelta(hours=1)


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Calls to refuse before the time `until` in seconds since 1970: those whose value in `scope` is one of `names`.

    Without names, all that match `patterns`; without these too, every call.
    """

    budget: str
    scope: str
    limit: str
    window: str
    until: float
    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Decisions(msgspec.Struct, frozen=True):
    """All refusals, as of the time `at` in seconds since 1970."""

    at: float
    refusals: tuple[Refusal, ...] = ()


def resets(budget: Budget, ends: datetime, now: datetime) -> datetime:
    """Return when a budget that is used up may have use to spare: at the end of its window, or with the next hour."""
    return now.replace(minute=0, second=0, microsecond=0) + _HOUR if budget.span.is_rolling else ends


def refusal_of(budget: Budget, names: Iterable[str], until: datetime) -> Refusal:
    """Return the refusal of a budget that is used up, for `names` if it is one for each."""
    only = tuple(name.lower() for name in names) if budget.is_for_each else ()
    patterns = () if budget.is_for_each else budget.patterns
    limit, window = str(budget.allows), budget.span.name
    return Refusal(budget.name, budget.scope, limit, window, until.timestamp(), only, patterns)


class Refusals:
    """Finds the refusal that a call is for."""

    def __init__(self, decisions: Decisions) -> None:
        self._all = [one for one in decisions.refusals if one.scope == ALL]
        self._others = [one for one in decisions.refusals if one.scope != ALL]
        self._names = {id(one): frozenset(one.names) for one in self._others}

    def __bool__(self) -> bool:
        """Tell whether anything is refused."""
        return bool(self._all or self._others)

    def find(self, values: Mapping[str, str | None], now: float) -> Refusal | None:
        """Return a refusal of a call with `values` by scope at `now`, in seconds since 1970; None if it may pass."""
        for one in self._all:
            if now < one.until:
                return one
        for one in self._others:
            value = values.get(one.scope)
            if value is not None and now < one.until and self._is_for(one, value):
                return one
        return None

    def _is_for(self, refusal: Refusal, value: str) -> bool:
        if refusal.patterns:
            return matcher(refusal.patterns)(value)
        return value.lower() in self._names[id(refusal)]
