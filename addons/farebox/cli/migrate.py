"""`farebox migrate`."""

from typing import Annotated

import typer

from ..config import settings as settings_module
from ..report.figures import plural
from ..store.engine import name, opened
from ..store.migrate import migrate as migrate_ledger
from ..store.rollups.rebuild import rebuild as rebuild_sums
from .migrate_to import migrate_to
from .options import Config, Ledger
from .progress import progress
from .reader_settings import settings_for_reading


def migrate(
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Compare the hourly sums with the calls, and correct sums that differ.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Copy the ledger to this one, and compare both by month. Run it again to go on, or to bring what came "
            "meanwhile. @FILE reads the URL from a file.",
        ),
    ] = None,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Migrate the ledger's tables to this version's revision; `farebox up` does so too.

    - `farebox migrate`
    - `farebox migrate --rebuild`
    - `farebox migrate --to postgresql://farebox@db.example.com/farebox`
    """
    if to is not None and rebuild:
        raise typer.BadParameter("pass either --rebuild or --to URL")
    if to is not None:
        migrate_to(settings_for_reading({"ledger": ledger}, config), to, config)
        return
    with opened(settings_module.load({"ledger": ledger}, config=config).ledger) as engine:
        with progress("Migrating the ledger"):
            before, after = migrate_ledger(engine)
        typer.echo(
            f"{name(engine)} is at revision {after}" + ("" if before == after else f" (before: {before or 'empty'})")
        )
        if rebuild:
            with progress("Comparing hourly sums with the calls"):
                corrected = rebuild_sums(engine)
            typer.echo(f"{plural(corrected, 'hour')} had sums that differed from the calls; corrected")
