"""Budgets, the key `budgets` of farebox.yaml. They are computed in the package `budgets`."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import chain

import msgspec

from .budget_limits import LIST, TOKENS, Limit, WindowForm, parse_limit, parse_window
from .suggest import nearest

ALL = "all"
SCOPES = (ALL, "provider", "model", "user", "team", "project", "key", "client_app", "purpose")
BILLED, LISTED = COUNTS = ("billed", "list")
OBSERVE, REFUSE = "observe", "refuse"
ENFORCE = (OBSERVE, REFUSE)
EACH = "*"
_NAME_LIMIT = 64
_MOST_THRESHOLDS = 10
_HIGHEST_THRESHOLD = 10


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the calls of a scope may cost, or how many tokens they may use, in a window of time.

    `match` has the names in the scope, in which `*` stands for any characters; a call that has one of them counts.
    `*` alone makes a budget for each name. `alert_at` are shares of the limit. It counts what is `billed`, or also what
    plans have paid for, at `list` price.
    """

    name: str
    scope: str
    limit: str | int
    window: str
    match: str | tuple[str, ...] = ()
    alert_at: tuple[Decimal, ...] = (Decimal("0.5"), Decimal("0.8"), Decimal(1))
    notify: tuple[str, ...] = ()
    enforce: str = OBSERVE
    count: str = BILLED

    @property
    def allows(self) -> Limit:
        """What the budget allows in a window."""
        return parse_limit(str(self.limit))

    @property
    def unit(self) -> str:
        """The unit in which its use is counted: that of the limit, or USD with what plans pay for at list price."""
        unit = self.allows.unit
        return LIST if self.count == LISTED and unit != TOKENS else unit

    @property
    def span(self) -> WindowForm:
        """The form of its windows."""
        return parse_window(self.window)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The names that it is for; none is every call."""
        return (self.match,) if isinstance(self.match, str) else self.match

    @property
    def is_for_each(self) -> bool:
        """Tell whether each name of the scope has a budget of its own."""
        return self.match == EACH

    @property
    def refuses(self) -> bool:
        """Tell whether calls are refused once the budget is used up."""
        return self.enforce == REFUSE


def problems(budgets: Sequence[Budget], providers: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with `budgets`, each with its key and the fix. `providers` are the names of all providers."""
    names: dict[str, int] = {}
    for number, budget in enumerate(budgets):
        key = f"budgets[{number}]"
        first = names.setdefault(budget.name, number)
        if first != number:
            yield f"{key}.name: {budget.name!r} is the name of budgets[{first}] too: give each its own"
        yield from (f"{key}{problem}" for problem in _in_budget(budget, providers))


def _in_budget(budget: Budget, providers: Collection[str]) -> Iterator[str]:
    if not budget.name or len(budget.name) > _NAME_LIMIT or not budget.name.isprintable():
        yield f".name: {budget.name!r} is not a name: write 1 to {_NAME_LIMIT} characters on one line"
    yield from _unknown(".scope", budget.scope, "scope", SCOPES)
    yield from _unknown(".enforce", budget.enforce, "value of enforce", ENFORCE)
    yield from _unknown(".count", budget.count, "value of count", COUNTS)
    for name, text, parse in (("limit", budget.limit, parse_limit), ("window", budget.window, parse_window)):
        try:
            parse(str(text))
        except ValueError as error:
            yield f".{name}: {error}"
    yield from chain(_in_match(budget, providers), _in_thresholds(budget))


def _in_match(budget: Budget, providers: Collection[str]) -> Iterator[str]:
    if budget.scope == ALL and budget.match:
        yield f".match: the scope {ALL} has no names: remove match, or write a scope such as {SCOPES[1]}"
    elif budget.scope != ALL and not (budget.match and all(name.strip() for name in budget.patterns)):
        yield f".match: is empty: write a {budget.scope}, a list of them, or '{EACH}' for a budget for each"
    elif not budget.is_for_each and EACH in budget.patterns:
        yield f".match: '{EACH}' in a list: write match: '{EACH}' for a budget for each, or scope: {ALL} for all calls"
    elif budget.scope == SCOPES[1]:
        for name in budget.patterns:
            if "*" not in name:
                yield from _unknown(".match", name, "provider", providers)


def _in_thresholds(budget: Budget) -> Iterator[str]:
    if len(set(budget.alert_at)) < len(budget.alert_at) or len(budget.alert_at) > _MOST_THRESHOLDS:
        yield f".alert_at: write each threshold once, and at most {_MOST_THRESHOLDS}"
    for share in budget.alert_at:
        if not share.is_finite() or not 0 < share <= _HIGHEST_THRESHOLD:
            fix = f"write {share.scaleb(-2).normalize():f}" if 10 < share <= 1000 else "write a number such as 0.8"
            yield f".alert_at: {share} is not a share of the limit: {fix}"


def _unknown(key: str, value: str, noun: str, known: Collection[str]) -> Iterator[str]:
    if value in known:
        return
    right = nearest(value, known)
    if len(known) <= len(SCOPES):
        fix = f"did you mean {right}? Known: {', '.join(known)}" if right else f"write one of {', '.join(known)}"
    else:
        fix = f"did you mean {right}? " if right else ""
        fix += f"`farebox report --by {noun}` lists them; the key {noun}s adds your own"
    yield f"{key}: {value!r} is not a {noun}: {fix}"
