"""`farebox report`."""

import enum
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from ..config.settings import Settings
from ..errors import SettingsError
from ..report.figures import plural
from ..report.machine import as_csv, as_json
from ..report.period import EXAMPLES, spans
from ..report.plans import as_objects, monthly_prices, months, plan_notes
from ..report.spend import spend
from ..report.table import report_table
from ..store.included import Included, included
from ..store.summary import DIMENSIONS, SPANS, Group, Scope, Span, Sums
from ..store.totals import Totals
from .archived_ledger import archived_ledger
from .console import console, currency_of
from .ledger import opened_ledger
from .names import completing
from .options import Config, Ledger, Until, Where
from .reader_settings import settings_for_reading
from .scope_options import scope_of

NAMES = (*DIMENSIONS, *SPANS)


class Format(enum.StrEnum):
    """The output formats of `report`."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Sort(enum.StrEnum):
    """What lines are sorted by."""

    SPEND = "spend"
    CALLS = "calls"
    ERRORS = "errors"
    UNPRICED = "unpriced"
    INPUT = "input"
    OUTPUT = "output"
    P50 = "p50"
    P95 = "p95"


_SORTED_BY = {
    Sort.INPUT: "input_tokens",
    Sort.OUTPUT: "output_tokens",
    Sort.P50: "p50_ms",
    Sort.P95: "p95_ms",
}

SortBy = Annotated[
    Sort | None, typer.Option(help="Sort by this, the largest first; default: spend, or time if --by has one.")
]
Top = Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N lines of all.")]
By = Annotated[
    str,
    typer.Option(metavar="NAME[,NAME]", help=f"Group by these: {', '.join(NAMES)}.", autocompletion=completing(NAMES)),
]
Archive = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Read the files of `farebox archive` instead of the ledger.")
]
Since = Annotated[
    str,
    typer.Option(
        metavar="WHEN",
        help=f"Only calls from this time on: {EXAMPLES}. A day, month or year alone is that day, month or year.",
    ),
]


@dataclass(frozen=True, slots=True)
class _Report:
    """What is printed; `said` are the names of people and keys, and what the figures lack."""

    title: str
    names: Sequence[str]
    scope: Scope
    groups: Sequence[Group]
    whole: Sums
    plans: tuple[Sequence[Included], Mapping[str, Decimal], Fraction]
    said: Mapping[str, Any]


def report(
    *,
    by: By = "model",
    since: Since = "30d",
    until: Until = None,
    where: Where = None,
    sort: SortBy = None,
    top: Top = None,
    format: Annotated[Format, typer.Option(help="table, or json and csv with exact amounts.")] = Format.TABLE,
    archive: Archive = None,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Sum up spend, calls, tokens, durations and errors.

    Days, hours and names such as `today` use the setting `timezone`. Values that were not in the traffic are
    `(unknown)`; a call whose cost is unknown is counted as unpriced, never as $0.

    - `farebox report --by provider --since 7d`
    - `farebox report --by day --since 2026-11 --format csv`
    - `farebox report --by user,model --where status=200`
    - `farebox report --by request --sort calls --top 10`
    - `farebox report --archive /srv/farebox-archive --since 2026-01 --by month`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    names = _names(by)
    scope = scope_of(settings, since, until, where)
    starts: dict[str, datetime] = {}
    with archived_ledger(archive, scope) if archive else opened_ledger(settings) as engine:
        found = spend(engine, scope, names, partial(_spans, names, settings.zone, starts), currency_of(settings))
        used = included(engine, scope)
    plans = _plans(used, scope, settings)
    groups, left_out = _cut(_sorted(found.groups, sort) if sort else ordered(found.groups, names, starts), top)
    lacking = " ".join(filter(None, (_lacking(found, settings), left_out))) or None
    said: dict[str, Any] = {"names": settings.names, "lacking": lacking}
    if not groups and format is Format.TABLE:
        typer.echo(f"No calls {_title(since, until)}{_only(where)} in {archive or settings.ledger_name}.")
        return
    _print(format, _Report(_headline(names, since, until, settings), names, scope, groups, found.whole, plans, said))


def _print(format: Format, one: _Report) -> None:
    if format is Format.JSON:
        plans = as_objects(*one.plans)
        sys.stdout.buffer.write(as_json(one.names, one.scope, one.groups, one.whole, **one.said, plans=plans))
    elif format is Format.CSV:
        typer.echo(as_csv(one.names, one.groups, one.whole, names=one.said["names"]), nl=False)
        if one.said["lacking"]:
            typer.echo(one.said["lacking"], err=True)
    else:
        out = console()
        out.print(report_table(one.title, one.names, one.groups, one.whole, **one.said, width=out.width))
        for note in plan_notes(*one.plans):
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


def _sorted(groups: Sequence[Group], by: Sort) -> list[Group]:
    """Return `groups` by a figure, the largest first and unknown ones last."""
    name = _SORTED_BY.get(by, by.value)

    def rank(group: Group) -> tuple[bool, int, str]:
        figure: int | None = getattr(group.sums, name)
        return (figure is None, -(figure or 0), str(group.key))

    return sorted(groups, key=rank)


def _cut(groups: Sequence[Group], top: int | None) -> tuple[Sequence[Group], str | None]:
    """Return the first `top` of `groups`, and a sentence about the others."""
    number = len(groups[top:]) if top else 0
    return groups[:top], f"--top leaves out {plural(number, 'line')}; the total has them." if number else None


def _only(where: Sequence[str] | None) -> str:
    return f" with {' '.join(where)}" if where else ""


def _lacking(found: Totals, settings: Settings) -> str | None:
    """Return which figures are incomplete because old calls were deleted, or None."""
    if found.gone is None:
        return None
    day = found.gone.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
    if found.is_partial:
        return f"Calls before {day} are deleted and not counted: their hourly sums do not have these columns."
    if found.is_by_answer:
        return f"Calls before {day} are deleted: earlier hours count by the model that answered, not the requested one."
    return f"Calls before {day} are deleted: earlier hours are counted as a whole."


def ordered(groups: Sequence[Group], names: Sequence[str], starts: Mapping[str, datetime]) -> list[Group]:
    """Return `groups` by their values in order if `names` has days or hours, else the most expensive first.

    `starts` has the start of each day or hour: the labels of an hour that comes twice do not sort by time.
    """
    if any(name in SPANS for name in names):
        return sorted(groups, key=lambda group: [_rank(key or "", starts) for key in group.key])
    return sorted(groups, key=lambda group: (-(group.sums.spend or -1), -group.sums.calls, str(group.key)))


def _rank(value: str, starts: Mapping[str, datetime]) -> tuple[str, str]:
    return (starts[value].isoformat() if value in starts else value, value)


def _names(by: str) -> list[str]:
    names = [name.strip() for name in by.split(",")]
    for name in names:
        if name not in NAMES:
            raise SettingsError(f"by: unknown name {name!r}: use one of {', '.join(NAMES)}")
    if len(set(names)) < len(names) or len(set(SPANS).intersection(names)) > 1:
        units = ", ".join(SPANS)
        raise SettingsError(f"by: {by!r} has a name twice, or two of {units}: use each name once, and one of these")
    return names


def _headline(names: Sequence[str], since: str, until: str | None, settings: Settings) -> str:
    where_and_in = ", ".join(filter(None, (settings.timezone, settings.report_currency)))
    return f"Spend by {' and '.join(names)}, {_title(since, until)} ({where_and_in})"


def _title(since: str, until: str | None) -> str:
    start = "over all time" if since == "all" else f"since {since}"
    return start if until is None else f"{start} until {until}"
