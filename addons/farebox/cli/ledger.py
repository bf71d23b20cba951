"""The ledger as the commands that read it open it."""

from pathlib import Path

from ..errors import LedgerError
from ..settings import Settings
from ..store.engine import Engine, open_engine
from ..store.migrate import migrate


def open_ledger(settings: Settings) -> Engine:
    """Return the ledger, brought to this version's revision; LedgerError where nothing was ever recorded."""
    scheme, _, path = settings.ledger.partition(":///")
    if scheme.startswith("sqlite") and path and not Path(path).exists():
        raise LedgerError(
            f"ledger {settings.ledger} is not there: nothing was recorded yet. Start with `farebox run -- CMD` or "
            "`farebox up`, or name another ledger with --ledger"
        )
    engine = open_engine(settings.ledger)
    migrate(engine)
    return engine
