"""The recorder's loop: read a batch, write it to the ledger, run the jobs that are due."""

import logging
import time
from collections.abc import Callable

from ..errors import LedgerAwayError
from ..spool.reader import SpoolReader
from .health import Health
from .heartbeats import Heartbeats
from .jobs import JobRunner
from .ledger_writer import Destinations, LedgerWriter

logger = logging.getLogger(__name__)

BATCH = 2_000
IDLE_SECONDS = 0.1
# Longer than SQLite waits for a lock.
SILENT_SECONDS = 10.0
_LONGEST_PAUSE = 5.0


class Recorder:
    """Moves what the workers spooled into the ledger, and runs `jobs` between batches.

    `open_spool` makes the reader from the positions in the ledger; it is called until the ledger is available. Until
    then, `spooled` returns how many messages are in the spool, read or not.
    """

    def __init__(
        self,
        open_spool: Callable[[], SpoolReader],
        heartbeats: Heartbeats,
        to: Destinations,
        writer: LedgerWriter,
        jobs: JobRunner,
        *,
        spooled: Callable[[], int],
    ) -> None:
        self._open_spool = open_spool
        self._spooled = spooled
        self._spool: SpoolReader | None = None
        self._heartbeats = heartbeats
        self._to = to
        self._writer = writer
        self._jobs = jobs
        self._ended: list[str] = []
        self._pause = IDLE_SECONDS
        self._backlog = 0
        self._began: float | None = None
        self._trouble: str | None = None

    @property
    def health(self) -> Health:
        """State as of the last step."""
        heartbeats = self._heartbeats
        return Health(
            heartbeats.workers,
            self._backlog + heartbeats.kept,
            self._trouble or self._silence,
            heartbeats.diagnostics,
            heartbeats.expected,
            heartbeats.dropped,
        )

    @property
    def _silence(self) -> str | None:
        """Trouble that another thread sees while the ledger keeps a step waiting."""
        began = self._began
        seconds = time.monotonic() - began if began is not None else 0.0
        return f"no answer for {seconds:.0f} s" if seconds > SILENT_SECONDS else None

    def run(
        self,
        is_stopping: Callable[[], bool],
        wait: Callable[[float], object],
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        """Work until `is_stopping`, then until the spool is empty or the ledger away; `wait` pauses for some seconds.

        When it `is_alone`, the current batch is the last: the rest of the spool is left to the next recorder.
        """
        while True:
            stopping = is_stopping()
            moved = self.step()
            is_done = not (moved or self._ended) or self.health.is_behind
            if is_alone() or (stopping and is_done):
                self._writer.close()
                if stopping and self._backlog:
                    logger.warning(
                        "calls wait in the spool (%d), the next start records them: keep the data folder", self._backlog
                    )
                return
            if not moved:
                wait(self._pause)

    def step(self) -> int:
        """Move one batch and return how many messages it had.

        A batch without messages counts the spools in which the position moved.
        """
        self._heartbeats.receive()
        self._began = time.monotonic()
        try:
            spool = self._spool = self._spool or self._open_spool()
            batch = spool.read(BATCH)
            self._to.own.dead_lettered(len(batch.damaged))
            if batch.positions or self._ended:
                self._writer.write(batch, self._ended)
            self._ended = spool.done(batch)
            # Also if no call came: old rows are deleted from a quiet ledger too.
            self._jobs.run_due()
        except LedgerAwayError as error:
            self._fall_behind(error)
            return 0
        finally:
            self._began = None
        if self._trouble:
            logger.info("the ledger is back: calls that wait are recorded")
        self._pause = IDLE_SECONDS
        self._note(spool.pending() if len(batch.messages) == BATCH else 0, None)
        return len(batch.messages) or len(batch.positions)

    def _fall_behind(self, error: LedgerAwayError) -> None:
        if self._trouble != error.trouble:
            logger.error("%s; calls wait in the spool", error)
        # A SQLite file that was read-only when it was opened stays so.
        self._to.database.reconnect()
        self._note(self._spool.pending() if self._spool else self._spooled(), error.trouble)
        self._pause = min(max(self._pause, IDLE_SECONDS) * 2, _LONGEST_PAUSE)

    def _note(self, backlog: int, trouble: str | None) -> None:
        self._backlog, self._trouble = backlog, trouble
        self._to.own.pending(backlog + self._heartbeats.kept)
