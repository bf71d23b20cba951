"""`farebox archive`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..exports.archive import files, months
from ..report.figures import plural
from .ledger import opened_ledger
from .options import Config, Ledger
from .progress import progress
from .reader_settings import settings_for_reading


def archive(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the archive; it is made if missing.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written and write nothing.")] = False,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Write each month that has ended to a Parquet file of its own, at current prices, and compare both.

    A file that is there stays as it is. No call is deleted: `retention` does that. Months are in UTC.

    - `farebox archive /srv/farebox-archive`
    - `farebox archive /srv/farebox-archive --dry-run`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    number = 0
    with opened_ledger(settings) as engine:
        for month in months.closed(engine, datetime.now(UTC)):
            with progress(f"Writing {files.name(month)}"):
                found, is_new = months.archive(engine, month, folder, dry=dry_run)
            number += 1
            done = ("would be written" if dry_run else "written") if is_new else "is there already"
            typer.echo(f"{files.name(month)} {done}: {plural(found['calls'], 'call')}")
    if not number:
        typer.echo(f"No month with calls has ended in {settings.ledger_name}.")
