"""`farebox migrate`."""

import typer

from .. import settings as settings_module
from ..store.engine import name, opened
from ..store.migrate import migrate as migrate_ledger
from .options import Config, Ledger


def migrate(*, ledger: Ledger = None, config: Config = None) -> None:
    """Bring the ledger's tables to this version's revision; `up` does it too."""
    with opened(settings_module.load({"ledger": ledger}, config=config).ledger) as engine:
        before, after = migrate_ledger(engine)
    typer.echo(
        f"{name(engine)} is at revision {after}" + ("" if before == after else f" (before: {before or 'empty'})")
    )
