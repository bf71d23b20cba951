"""The ledger as the commands that read it open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..config.settings import Settings
from ..errors import LedgerError
from ..store.engine import Engine, opened
from ..store.migrate import migrate


@contextmanager
def opened_ledger(settings: Settings) -> Iterator[Engine]:
    """Hold the ledger open, brought to this version's revision; LedgerError where nothing was ever recorded."""
    scheme, _, path = settings.ledger.partition(":///")
    if scheme.startswith("sqlite") and path and not Path(path).exists():
        raise LedgerError(
            f"ledger {settings.ledger_name} is not there: nothing was recorded yet. Start with `farebox run -- CMD` or "
            "`farebox up`, or name another ledger with --ledger"
        )
    with opened(settings.ledger) as engine:
        migrate(engine)
        yield engine
