"""The way to the spool: one recorder at a time reads it, from the positions in the ledger on."""

from contextlib import ExitStack

from ..errors import LedgerAwayError
from ..folder import InUseError, claim
from ..settings import Settings
from ..spool.reader import SpoolReader
from ..store import queries
from ..store.engine import Engine
from ..store.migrate import migrate

ROLE = "recorder"
# Rows may have to move.
_MIGRATION_PATIENCE = 3600.0


class Opening:
    """Opens the spool once it is ours alone, and the ledger is at this program's revision."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._held = ExitStack()
        self._is_ours = False

    def __call__(self) -> SpoolReader:
        """Return the spool; LedgerAwayError where that is to be tried again."""
        if not self._is_ours:
            self._claim()
        migrate(self._engine, patience=_MIGRATION_PATIENCE)
        return SpoolReader(self._settings.spool_folder, queries.positions(self._engine))

    def close(self) -> None:
        """Let another recorder have the spool."""
        self._held.close()

    def _claim(self) -> None:
        folder = self._settings.folder
        try:
            self._held.enter_context(claim(folder, ROLE, waits=False))
        except InUseError as error:
            trouble = f"process {error.holder}, the recorder of a farebox that was killed, has not ended yet"
            raise LedgerAwayError(f"data folder {folder}: {trouble}", trouble) from error
        self._is_ours = True
