"""`farebox reprice`."""

import enum
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from ..analysis.reprice import reprice as reprice_calls
from ..config.files import missed
from ..pricing.cost import ESTIMATED, FREE, PARTIAL, PRICED, REPORTED, UNPRICED
from ..pricing.standard import standard
from ..report.changes import changes_json, changes_table
from ..report.figures import plural
from ..store.queries import number_of_calls
from ..store.reprices import Selection
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, TableOrJson, Until, Where
from .progress import progress
from .reader_settings import settings_for_reading
from .scope_options import scope_of


class Status(enum.StrEnum):
    """The values of `--only`: the ledger's `cost_status`."""

    UNPRICED = UNPRICED
    PARTIAL = PARTIAL
    ESTIMATED = ESTIMATED
    PRICED = PRICED
    FREE = FREE
    REPORTED = REPORTED


def reprice(
    *,
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN", help="Only calls from this time on, in the forms of `farebox report`; all: every call."
        ),
    ],
    until: Until = None,
    where: Where = None,
    only: Annotated[
        list[Status] | None, typer.Option(metavar="STATUS", help="Only calls with this cost status; repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change and write nothing.")] = False,
    format: Annotated[TableOrJson, typer.Option(help="table, or json with exact amounts.")] = TableOrJson.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Price recorded calls again with today's catalogues and your own prices, and print what changed.

    New prices are added and never replace old ones; reports use the newest. A cost that the provider reported in its
    answer does not change.

    - `farebox reprice --since 30d --dry-run`
    - `farebox reprice --since all --only unpriced`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    wanted = Selection(scope_of(settings, since, until, where), tuple(only or ()))
    pricer = standard(settings.prices, settings.folder, settings.currency)
    with opened_ledger(settings) as engine:
        number = number_of_calls(engine, wanted.scope) if not only and sys.stderr.isatty() else None
        with progress("Calls priced again", number) as advance:
            changes = reprice_calls(engine, wanted, pricer, at=datetime.now(UTC), dry=dry_run, advance=advance)
    if changes.disowned:
        hint = missed(config) or "The rules that set it are not in the settings that were read."
        typer.echo(f"{plural(changes.disowned, 'call')} had a price of your own before. {hint}", err=True)
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(changes_json(changes, dry=dry_run))
    else:
        console().print(changes_table(changes, dry=dry_run))
