"""The models and people that have spent the most in a window."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..attribution.names import NO_NAMES, Names
from ..report.figures import plural, usd
from ..store.engine import Engine
from ..store.summary import Group, Scope
from ..store.totals import totals

MOST = 3
_UNKNOWN = "(unknown)"


@dataclass(frozen=True, slots=True)
class Spender:
    """A model or a person. The spend is None if no call has a known cost; `label` is a name of the settings."""

    name: str
    nanousd: int | None
    calls: int
    unpriced_calls: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Spenders:
    """Models and people, those that have spent the most first."""

    models: Sequence[Spender] = ()
    people: Sequence[Spender] = ()

    def lines(self) -> Iterator[str]:
        """Yield a line for models and one for people, if there are any."""
        for title, some in (("Models", self.models), ("People", self.people)):
            if some:
                yield f"{title}: {', '.join(map(_told, some))}"

    def body(self) -> Mapping[str, Any]:
        """Return them for JSON."""
        return {"models": list(self.models), "people": list(self.people)}


def _told(one: Spender) -> str:
    unpriced = f" and {plural(one.unpriced_calls, 'call')} without a price" if one.unpriced_calls else ""
    return f"{one.label or one.name} {usd(one.nanousd)}{unpriced}"


def spenders(engine: Engine, scope: Scope, most: int = MOST, *, names: Names = NO_NAMES) -> Spenders:
    """Return up to `most` models and people of the calls of `scope`. LedgerAwayError."""
    models, people = (_ranked(totals(engine, scope, (by,), uncut).groups, most) for by in ("model", "user"))
    if all(one.name == _UNKNOWN for one in people):
        # Where no call has a user, there is nobody to name.
        return Spenders(models)
    return Spenders(models, [replace(one, label=names.name("user", one.name)) for one in people])


def scope_of(begins: datetime, ends: datetime, scope: str, name: str, match: Sequence[str]) -> Scope:
    """Return the calls that a budget is for, in a window: those of `name` if it is for each, else those of `match`."""
    wanted = (name,) if name else tuple(match)
    return Scope(begins, ends, ((scope, wanted),) if wanted else ())


def _ranked(groups: Sequence[Group], most: int) -> list[Spender]:
    # Calls that were refused cost nothing, and nobody is asked for it.
    billed = (group for group in groups if group.sums.cost_nanousd is not None or group.sums.unpriced)
    ranked = sorted(billed, key=lambda group: (-(group.sums.cost_nanousd or 0), -group.sums.calls, str(group.key)))
    return [
        Spender(group.key[0] or _UNKNOWN, group.sums.cost_nanousd, group.sums.calls, group.sums.unpriced)
        for group in ranked[:most]
    ]


def uncut(_first: datetime, _last: datetime) -> Sequence[Any]:
    """Return no days or hours: a sum of the whole is not cut into any."""
    return ()
