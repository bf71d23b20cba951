"""Budgets: whether the calls of the last weeks have names that they are for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ..config.budgets import Budget
from ..config.settings import Settings
from ..config.suggest import nearest
from ..errors import FareboxError
from ..store.budgets import unmatched
from ..store.engine import opened
from ..store.revisions import revisions
from .finding import Finding, ok, warning

_PATIENCE_SECONDS = 10.0
_DAYS = 28


def check(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Yield which budgets no call of the last weeks matched; nothing without budgets or without a ledger to read."""
    if not settings.budgets:
        return
    since = (now or datetime.now(UTC)) - timedelta(days=_DAYS)
    try:
        with opened(settings.ledger, make_folder=False, patience=_PATIENCE_SECONDS) as engine:
            current, head = revisions(engine)
            if current is None or current != head:
                return
            lonely = unmatched(engine, settings.budgets, since)
    except FareboxError:
        # The check of the ledger tells.
        return
    for budget, names in lonely:
        yield warning(f"budget {budget.name!r} matched no call of the last {_DAYS} days", _fix(budget, names))
    if not lonely:
        yield ok(f"budgets: {len(settings.budgets)}, each matched calls of the last {_DAYS} days")


def _fix(budget: Budget, names: list[str]) -> str:
    if not names:
        return f"no call has a {budget.scope} that farebox knows: check how calls get one, or remove the budget"
    near = [right for pattern in budget.patterns if (right := nearest(pattern.replace("*", ""), names))]
    if near:
        return f"did you mean {', '.join(dict.fromkeys(near))}? `farebox report --by {budget.scope}` lists the names"
    return f"`farebox report --by {budget.scope}` lists the names that calls have"
