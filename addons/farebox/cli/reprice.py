"""`farebox reprice`."""

import enum
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from ..analysis.reprice import reprice as priced_anew
from ..config import settings as settings_module
from ..config.sources import missed
from ..pricing.cost import ESTIMATED, FREE, PARTIAL, PRICED, REPORTED, UNPRICED
from ..pricing.standard import standard
from ..report.changes import changes_json, changes_table
from ..report.figures import plural
from ..store.reprices import CaptureOptions
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, Until, Where
from .scope import scope_of


class Status(enum.StrEnum):
    """What `--only` takes: the ledger's `cost_status`."""

    UNPRICED = UNPRICED
    PARTIAL = PARTIAL
    ESTIMATED = ESTIMATED
    PRICED = PRICED
    FREE = FREE
    REPORTED = REPORTED


class Format(enum.StrEnum):
    """What `reprice` can print."""

    TABLE = "table"
    JSON = "json"


def reprice(
    *,
    since: Annotated[str, typer.Option(metavar="WHEN", help="From when on, as in `farebox report`; all: every call.")],
    until: Until = None,
    where: Where = None,
    only: Annotated[
        list[Status] | None, typer.Option(metavar="STATUS", help="Only calls whose cost is so; repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and write nothing.")] = False,
    format: Annotated[Format, typer.Option(help="table to read; json with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Price recorded calls anew, at today's catalogues and your own prices, and print what changed.

    The new price stands beside the old one, never over it; reports read the newest. What an answer itself said that it
    cost stays its cost.

    - `farebox reprice --since 30d --dry-run`
    - `farebox reprice --since all --only unpriced`
    """
    settings = settings_module.load({"ledger": ledger}, config=config)
    wanted = CaptureOptions(scope_of(settings, since, until, where), tuple(only or ()))
    with opened_ledger(settings) as engine:
        changes = priced_anew(
            engine, wanted, standard(settings.prices, settings.folder), at=datetime.now(UTC), dry=dry_run
        )
    if changes.disowned:
        nowhere = missed(config) or "The rules that set it are not in the settings that were read."
        typer.echo(f"{plural(changes.disowned, 'call')} had a price of your own before. {nowhere}", err=True)
    if format is Format.JSON:
        sys.stdout.buffer.write(changes_json(changes, dry=dry_run))
    else:
        console().print(changes_table(changes, dry=dry_run))
