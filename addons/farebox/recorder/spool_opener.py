"""Opens the spool: one recorder at a time reads it, starting at the positions in the ledger."""

import logging
from contextlib import ExitStack

from ..config.settings import Settings
from ..errors import LedgerAwayError
from ..home.folder import InUseError, claim
from ..spool.reader import SpoolReader
from ..store import queries
from ..store.engine import Engine, name
from ..store.migrate import migrate
from ..store.revisions import revisions

logger = logging.getLogger(__name__)

ROLE = "recorder"
# A migration can have to move every row.
_MIGRATION_PATIENCE = 3600.0


class SpoolOpener:
    """Opens the spool once no other recorder has it and the ledger is at this version's revision.

    `under_way` describes a migration while it runs.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._held = ExitStack()
        self._is_claimed = False
        self._is_logged = False
        self.under_way: str | None = None

    def __call__(self) -> SpoolReader:
        """Return the spool. LedgerAwayError: try again."""
        if not self._is_claimed:
            self._claim()
        self._migrate()
        return SpoolReader(self._settings.spool_folder, queries.positions(self._engine))

    def close(self) -> None:
        """Close the ledger, and release the spool for another recorder."""
        # SQLite removes its working files when the last connection closes.
        self._engine.dispose()
        self._held.close()

    def _claim(self) -> None:
        folder = self._settings.folder
        try:
            self._held.enter_context(claim(folder, ROLE, waits=False))
        except InUseError as error:
            trouble = f"process {error.holder}, the recorder of a killed farebox, has not ended yet"
            raise LedgerAwayError(f"data folder {folder}: {trouble}", trouble) from error
        self._is_claimed = True

    def _migrate(self) -> None:
        current, head = revisions(self._engine)
        if current == head:
            return
        if current is not None:
            self.under_way = f"it is being migrated from revision {current} to {head}"
            if not self._is_logged:
                logger.warning(
                    "ledger %s is being migrated from revision %s to %s; calls wait in the spool",
                    name(self._engine),
                    current,
                    head,
                )
                self._is_logged = True
        try:
            migrate(self._engine, patience=_MIGRATION_PATIENCE)
        finally:
            self.under_way = None
