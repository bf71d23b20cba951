"""While the ledger is unavailable: calls stay in the spool, and attempts to record them become rarer."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import LedgerAwayError

logger = logging.getLogger(__name__)

# Between two looks into an empty spool while the ledger is available.
SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
# Longer than SQLite waits for a lock.
SILENT_SECONDS = 10.0


class LedgerOutage:
    """The state of the ledger, as seen by the recorder's loop; other threads may read `trouble`.

    `pause` is how long the loop should wait, in seconds. `reconnect` opens the ledger anew.
    """

    def __init__(self, reconnect: Callable[[], object]) -> None:
        self._reconnect = reconnect
        self._attempt_began: float | None = None
        self._trouble: str | None = None
        self.pause = SHORTEST_PAUSE

    @property
    def trouble(self) -> str | None:
        """The reason why the ledger is unavailable, or None."""
        return self._trouble or self._silence

    @property
    def _silence(self) -> str | None:
        began = self._attempt_began
        if began is None or (seconds := time.monotonic() - began) <= SILENT_SECONDS:
            return None
        return f"no answer for {seconds:.0f} s"

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Run the block, which uses the ledger: if that takes long, other threads see it as trouble meanwhile."""
        self._attempt_began = time.monotonic()
        try:
            yield
        finally:
            self._attempt_began = None

    def go_on(self, error: LedgerAwayError) -> None:
        """Begin or continue an outage: log a new reason once, and double the pause."""
        if self._trouble != error.trouble:
            logger.error("%s; calls wait in the spool", error)
        self._trouble = error.trouble
        # A SQLite file that was read-only when it was opened stays so.
        self._reconnect()
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def end(self) -> None:
        """Take the ledger for available again."""
        if self._trouble:
            logger.info("the ledger is back: calls that wait are recorded")
        self._trouble = None
        self.pause = SHORTEST_PAUSE
