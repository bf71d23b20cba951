"""`farebox report`."""

import enum
import sys
from collections.abc import Sequence
from datetime import UTC
from typing import Annotated

import typer

from .. import settings as settings_module
from ..errors import SettingsError
from ..report.machine import as_csv, as_json
from ..report.period import EXAMPLES, spans
from ..report.table import report_table
from ..settings import Settings
from ..store.engine import Engine
from ..store.summary import DIMENSIONS, SPANS, Group, Scope, covered, summarise
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, Until, Where
from .scope import scope_of

NAMES = (*DIMENSIONS, *SPANS)


class Format(enum.StrEnum):
    """What `report` can print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


By = Annotated[str, typer.Option(metavar="NAME[,NAME]", help=f"What to sum up by: {', '.join(NAMES)}.")]
Since = Annotated[str, typer.Option(metavar="WHEN", help=f"From when on: {EXAMPLES}. A month is that month.")]


def report(
    *,
    by: By = "model",
    since: Since = "30d",
    until: Until = None,
    where: Where = None,
    format: Annotated[Format, typer.Option(help="table to read; json and csv with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Sum up spend, calls, tokens, durations and errors.

    Days, hours and names such as `today` are in the setting `timezone`. What the wire did not tell is `(unknown)`, and
    a call whose cost is not known is counted as unpriced, never as $0.

    - `farebox report --by provider --since 7d`
    - `farebox report --by day --since 2026-11 --format csv`
    - `farebox report --by user,model --where status=200`
    """
    settings = settings_module.load({"ledger": ledger}, config=config)
    names = _names(by)
    scope = scope_of(settings, since, until, where)
    with opened_ledger(settings) as engine:
        groups = ordered(grouped(engine, settings, scope, names), names)
        [whole] = summarise(engine, scope, ())
    if format is Format.JSON:
        sys.stdout.buffer.write(as_json(names, scope, groups, whole.sums))
    elif format is Format.CSV:
        typer.echo(as_csv(names, groups, whole.sums), nl=False)
    elif not groups:
        typer.echo(f"No calls {_title(since, until)} in {settings.ledger_name}.")
    else:
        title = f"Spend by {' and '.join(names)}, {_title(since, until)} ({settings.timezone})"
        out = console()
        out.print(report_table(title, names, groups, whole.sums, width=out.width))


def grouped(engine: Engine, settings: Settings, scope: Scope, names: Sequence[str]) -> list[Group]:
    """Return the groups of `names`, days and hours in the settings' time zone."""
    units = [name for name in names if name in SPANS]
    bounds = covered(engine, scope) if units else None
    if not units:
        return summarise(engine, scope, names)
    if bounds is None:
        return []
    first, last = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment for moment in bounds)
    return summarise(engine, scope, names, spans(units[0], (first, last), settings.zone))


def ordered(groups: Sequence[Group], names: Sequence[str]) -> list[Group]:
    """Return `groups` in the order of time where `names` has one, else the dearest first."""
    if any(name in SPANS for name in names):
        return sorted(groups, key=lambda group: tuple(key or "" for key in group.key))
    return sorted(groups, key=lambda group: (-(group.sums.cost_nanousd or -1), -group.sums.calls, str(group.key)))


def _names(by: str) -> list[str]:
    names = [name.strip() for name in by.split(",")]
    for name in names:
        if name not in NAMES:
            raise SettingsError(f"by: there is no {name!r} to sum up by: name one of {', '.join(NAMES)}")
    if len(set(names)) < len(names) or set(SPANS) <= set(names):
        raise SettingsError(f"by: {by!r} names the same twice (a day and its hours are): name each once")
    return names


def _title(since: str, until: str | None) -> str:
    start = "over all time" if since == "all" else f"since {since}"
    return start if until is None else f"{start} until {until}"
