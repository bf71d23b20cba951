"""`farebox export`."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..config.settings import Settings
from ..errors import SettingsError
from ..exports.destination import destination
from ..exports.focus.columns import Version
from ..exports.focus.writer import Asked, notes, write
from ..exports.formats import WRITERS, Format
from ..records.record import Record
from ..report.period import EXAMPLES
from ..report.plans import monthly_prices
from ..store import queries
from ..store.engine import Engine, opened
from ..store.migrate import migrate
from ..store.summary import Scope
from .console import console, currency_of
from .options import Config, Ledger, Until, Where
from .reader_settings import settings_for_reading
from .scope_options import scope_of

_PAGE = 1_000

Since = Annotated[str, typer.Option(metavar="WHEN", help=f"Only calls from this time on: {EXAMPLES}.")]
Chosen = Annotated[
    Format | None,
    typer.Option(
        help="jsonl: one JSON object per line; csv; parquet; focus: charges by the hour as FOCUS, in CSV, or in "
        "Parquet if FILE ends in .parquet. Default: by the ending of FILE, else jsonl."
    ),
]
FocusVersion = Annotated[Version, typer.Option(help="The version of FOCUS.")]
UnknownCosts = Annotated[
    bool,
    typer.Option(
        "--unknown-costs",
        help="Also write FOCUS charges without a known cost, with empty costs, against its rules.",
    ),
]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file; default: standard output.")]


def export(
    *,
    format: Chosen = None,
    focus_version: FocusVersion = Version.V1_2,
    unknown_costs: UnknownCosts = False,
    since: Since = "all",
    until: Until = None,
    where: Where = None,
    output: Output = None,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Write the rows of the ledger in order of time, with their current prices.

    - `farebox export > calls.jsonl`
    - `farebox export --since 2026-11 --output november.csv`
    - `farebox export --since 90d --where provider=openai --output calls.parquet`
    - `farebox export --since 2026-11 --format focus --output november-focus.csv`
    - `farebox export --since 2026-11 --format focus --output november-focus.parquet`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    scope = scope_of(settings, since, until, where)
    chosen = format or _by_ending(output)
    if chosen is Format.PARQUET and output is None and sys.stdout.isatty():
        raise SettingsError("output: parquet is binary and cannot be printed on a terminal: name a file with --output")
    with opened(settings.ledger) as engine, destination(output) as out:
        migrate(engine)
        pages = _pages(engine, scope, shows_progress=output is not None or not sys.stdout.isatty())
        if chosen is Format.FOCUS:
            plan_prices = partial(monthly_prices, () if where else settings.prices)
            asked = Asked(focus_version, plan_prices, writes_unknown=unknown_costs)
            _write_focus(out, pages, _in_file(asked, settings, output))
            return
        writer = WRITERS[chosen](out, currency_of(settings))
        for rows in pages:
            writer.write(rows)
        writer.close()


def _in_file(asked: Asked, settings: Settings, output: Path | None) -> Asked:
    """Return `asked` in the currency of `settings`, and in Parquet if the file's name says so."""
    return replace(asked, currency=currency_of(settings), is_parquet=_by_ending(output) is Format.PARQUET)


def _write_focus(out: BinaryIO, pages: Iterable[tuple[dict[str, Any], ...]], asked: Asked) -> None:
    told = write(out, (Record(**row) for page in pages for row in page), asked)
    for note in notes(told, asked):
        typer.echo(f"farebox: {note}", err=True)


def _by_ending(output: Path | None) -> Format:
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return Format(ending) if ending in WRITERS else Format.JSONL


def _pages(engine: Engine, scope: Scope, *, shows_progress: bool) -> Iterator[tuple[dict[str, Any], ...]]:
    """Yield the rows a thousand at a time; with `shows_progress`, show a progress bar if stderr is a terminal."""
    pages: Iterable[tuple[dict[str, Any], ...]] = batched(queries.all_calls(engine, scope), _PAGE)
    if not (shows_progress and sys.stderr.isatty()):
        yield from pages
        return
    columns = (TextColumn("calls"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True)) as progress:
        task = progress.add_task("export", total=queries.number_of_calls(engine, scope))
        for page in pages:
            yield page
            progress.advance(task, len(page))
