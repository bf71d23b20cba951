"""The ledger at a start: checked and made before anything is recorded, so that a wrong one is named at once."""

import logging

from ..config.settings import Settings
from ..errors import LedgerAwayError
from ..store.engine import name, opened
from ..store.migrate import migrate
from ..store.revisions import revisions

logger = logging.getLogger(__name__)

# A database server that does not answer may delay the start, and so traffic, by this much.
_PATIENCE = 5.0


def check_ledger(settings: Settings, *, migrates: bool = False) -> None:
    """Check the ledger; traffic does not wait for one that cannot be reached. FareboxError if it is no ledger of ours.

    An empty ledger gets its tables. Migrating the ledger of an earlier version can take long, so the recorder does it
    while calls wait in the spool, unless `migrates`.
    """
    try:
        with opened(settings.ledger, patience=_PATIENCE) as engine:
            current, head = revisions(engine)
            if migrates and current not in {None, head}:
                logger.warning("migrating ledger %s from revision %s to %s first", name(engine), current, head)
            if migrates or current is None:
                migrate(engine)
    except LedgerAwayError as error:
        logger.warning("%s: calls wait in the spool", error)
