"""The way to the spool: one recorder at a time reads it, from the positions in the ledger on."""

import logging
from contextlib import ExitStack

from ..config.settings import Settings
from ..errors import LedgerAwayError
from ..home.folder import InUseError, claim
from ..spool.reader import SpoolReader
from ..store import queries
from ..store.engine import Engine, name
from ..store.migrate import migrate, revisions

logger = logging.getLogger(__name__)

ROLE = "recorder"
# Rows may have to move.
_MIGRATION_PATIENCE = 3600.0


class SpoolOpener:
    """Opens the spool once it is ours alone, and the ledger is at this program's revision.

    `under_way` is what takes long about that, for as long as it is done.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._held = ExitStack()
        self._is_ours = False
        self._is_told = False
        self.under_way: str | None = None

    def __call__(self) -> SpoolReader:
        """Return the spool; LedgerAwayError where that is to be tried again."""
        if not self._is_ours:
            self._claim()
        self._migrate()
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

    def _migrate(self) -> None:
        current, head = revisions(self._engine)
        if current == head:
            return
        if current is not None:
            self.under_way = f"it is brought from revision {current} to {head}"
            if not self._is_told:
                what = name(self._engine)
                logger.warning(
                    "ledger %s is brought from revision %s to %s; calls wait in the spool", what, current, head
                )
                self._is_told = True
        try:
            migrate(self._engine, patience=_MIGRATION_PATIENCE)
        finally:
            self.under_way = None
