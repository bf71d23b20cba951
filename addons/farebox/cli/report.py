"""`farebox report`."""

import enum
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from ..config.settings import Settings
from ..errors import SettingsError
from ..report.machine import as_csv, as_json
from ..report.period import EXAMPLES, spans
from ..report.plans import as_objects, monthly_prices, months, plan_notes
from ..report.table import report_table
from ..store.included import Included, included
from ..store.summary import DIMENSIONS, SPANS, Group, Scope, Span
from ..store.totals import Totals, totals
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, Until, Where
from .reading import settings_for_reading
from .scope import scope_of

NAMES = (*DIMENSIONS, *SPANS)


class Format(enum.StrEnum):
    """The output formats of `report`."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


By = Annotated[str, typer.Option(metavar="NAME[,NAME]", help=f"Group by these: {', '.join(NAMES)}.")]
Since = Annotated[
    str,
    typer.Option(
        metavar="WHEN",
        help=f"Only calls from this time on: {EXAMPLES}. A day, month or year alone is that day, month or year.",
    ),
]


def report(
    *,
    by: By = "model",
    since: Since = "30d",
    until: Until = None,
    where: Where = None,
    format: Annotated[Format, typer.Option(help="table, or json and csv with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Sum up spend, calls, tokens, durations and errors.

    Days, hours and names such as `today` use the setting `timezone`. Values that were not in the traffic are
    `(unknown)`; a call whose cost is unknown is counted as unpriced, never as $0.

    - `farebox report --by provider --since 7d`
    - `farebox report --by day --since 2026-11 --format csv`
    - `farebox report --by user,model --where status=200`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    names = _names(by)
    scope = scope_of(settings, since, until, where)
    starts: dict[str, datetime] = {}
    with opened_ledger(settings) as engine:
        found = totals(engine, scope, names, partial(_spans, names, settings.zone, starts))
        used = included(engine, scope)
    plans = _plans(used, scope, settings)
    groups = ordered(found.groups, names, starts)
    lacking = _lacking(found, settings)
    if format is Format.JSON:
        plan_objects = as_objects(*plans)
        body = as_json(names, scope, groups, found.whole, names=settings.names, lacking=lacking, plans=plan_objects)
        sys.stdout.buffer.write(body)
    elif format is Format.CSV:
        typer.echo(as_csv(names, groups, found.whole, names=settings.names), nl=False)
        if lacking:
            typer.echo(lacking, err=True)
    elif not groups:
        typer.echo(f"No calls {_title(since, until)}{_only(where)} in {settings.ledger_name}.")
    else:
        title = f"Spend by {' and '.join(names)}, {_title(since, until)} ({settings.timezone})"
        out = console()
        called = settings.names
        out.print(report_table(title, names, groups, found.whole, names=called, lacking=lacking, width=out.width))
        for note in plan_notes(*plans):
            out.print(Text(note))


def _plans(
    used: Sequence[Included], scope: Scope, settings: Settings
) -> tuple[Sequence[Included], Mapping[str, Decimal], Fraction]:
    """Return what plans have paid for, what they cost, and how many months the report covers."""
    end = min(scope.end or datetime.max.replace(tzinfo=UTC), datetime.now(UTC))
    start = scope.start or end
    # A part of the calls says nothing about what a plan is worth, and neither does a time of unknown length.
    prices = {} if scope.where or scope.start is None else monthly_prices(settings.prices, start, end)
    return used, prices, months(start, end, settings.zone)


def _spans(
    names: Sequence[str], zone: ZoneInfo, starts: dict[str, datetime], first: datetime, last: datetime
) -> list[Span]:
    """Return the days or hours of `zone`, whichever `names` has, and note the start of each by its label."""
    found = spans(next(name for name in names if name in SPANS), (first, last), zone)
    starts.update((label, start) for label, start, _ in found)
    return found


def _only(where: Sequence[str] | None) -> str:
    return f" with {' '.join(where)}" if where else ""


def _lacking(found: Totals, settings: Settings) -> str | None:
    """Return which figures are incomplete because old calls were deleted, or None."""
    if found.gone is None:
        return None
    day = found.gone.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
    if found.is_partial:
        return f"Calls before {day} are deleted and not counted: their hourly sums do not have these columns."
    return f"Calls before {day} are deleted: earlier hours are counted as a whole."


def ordered(groups: Sequence[Group], names: Sequence[str], starts: Mapping[str, datetime]) -> list[Group]:
    """Return `groups` by their values in order if `names` has days or hours, else the most expensive first.

    `starts` has the start of each day or hour: the labels of an hour that comes twice do not sort by time.
    """
    if any(name in SPANS for name in names):
        return sorted(groups, key=lambda group: [_rank(key or "", starts) for key in group.key])
    return sorted(groups, key=lambda group: (-(group.sums.cost_nanousd or -1), -group.sums.calls, str(group.key)))


def _rank(value: str, starts: Mapping[str, datetime]) -> tuple[str, str]:
    return (starts[value].isoformat() if value in starts else value, value)


def _names(by: str) -> list[str]:
    names = [name.strip() for name in by.split(",")]
    for name in names:
        if name not in NAMES:
            raise SettingsError(f"by: unknown name {name!r}: use one of {', '.join(NAMES)}")
    if len(set(names)) < len(names) or set(SPANS) <= set(names):
        raise SettingsError(f"by: {by!r} has a name twice, or both day and hour: use each name once, and day or hour")
    return names


def _title(since: str, until: str | None) -> str:
    start = "over all time" if since == "all" else f"since {since}"
    return start if until is None else f"{start} until {until}"
