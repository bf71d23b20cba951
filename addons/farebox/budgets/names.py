"""Which calls a budget is for: the names that match."""

from collections.abc import Mapping

from ..config.budgets import Budget
from .matching import matcher
from .use import NO_USE, Use


def grouped(budget: Budget, read: Mapping[tuple[str, str | None], Use]) -> dict[str, dict[str, Use]]:
    """Return what was `read`, by label and value, by label and by the name of each budget that `budget` makes.

    A budget that is not for each has the name "".
    """
    is_one = matcher(budget.patterns) if budget.patterns else None
    found: dict[str, dict[str, Use]] = {}
    for (label, value), use in read.items():
        if is_one is not None and (value is None or not is_one(value)):
            continue
        name = (value or "") if budget.is_for_each else ""
        uses = found.setdefault(label, {})
        uses[name] = uses.get(name, NO_USE) + use
    return found
