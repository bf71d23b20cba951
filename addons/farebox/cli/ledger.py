"""Opens the ledger for the commands that read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..config.settings import Settings
from ..errors import LedgerError
from ..store.engine import Engine, opened
from ..store.migrate import migrate
from .progress import progress


@contextmanager
def opened_ledger(settings: Settings) -> Iterator[Engine]:
    """Hold the ledger open, migrated to this version's revision; LedgerError if nothing was ever recorded."""
    scheme, _, path = settings.ledger.partition(":///")
    if scheme.startswith("sqlite") and path and not Path(path).exists():
        raise LedgerError(
            f"ledger {settings.ledger_name} does not exist: nothing was recorded yet. Start with `farebox run -- CMD` "
            "or `farebox up`, or name another ledger with --ledger"
        )
    with opened(settings.ledger) as engine:
        with progress("Migrating the ledger"):
            migrate(engine)
        yield engine
