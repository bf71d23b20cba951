"""The recorder's loop: reads a batch, writes it to the ledger, runs the jobs that are due."""

import logging
from collections.abc import Callable

from ..errors import LedgerAwayError
from ..spool.reader import Batch, SpoolReader
from .batch_writer import BATCH, BatchWriter, Destinations
from .health import Health
from .heartbeats import Heartbeats
from .jobs import JobRunner
from .ledger_outage import LedgerOutage
from .pace import Pace

logger = logging.getLogger(__name__)


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
        writer: BatchWriter,
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
        self._outage = LedgerOutage(to.database.reconnect)
        self._pace = Pace(BATCH)
        self._pause = 0.0
        self._ended: list[str] = []
        self._backlog = 0

    @property
    def health(self) -> Health:
        """State as of the last step."""
        heartbeats = self._heartbeats
        return Health(
            heartbeats.workers,
            self._backlog + heartbeats.kept,
            self._outage.trouble,
            heartbeats.diagnostics,
            heartbeats.expected,
            heartbeats.dropped,
            inflight=heartbeats.inflight,
        )

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
            pause = self._pause if moved else self._outage.pause
            if pause and not (moved and stopping):
                wait(pause)

    def step(self) -> int:
        """Move one batch and return how many messages it had.

        A batch without messages counts the spools in which the position moved.
        """
        self._heartbeats.receive()
        try:
            with self._outage.attempt():
                batch, backlog = self._move()
        except LedgerAwayError as error:
            self._outage.go_on(error)
            self._set_backlog(self._spool.pending() if self._spool else self._spooled())
            return 0
        self._set_backlog(backlog)
        self._pause = self._pace.after(len(batch.messages))
        self._outage.end()
        return len(batch.messages) or len(batch.positions)

    def _move(self) -> tuple[Batch, int]:
        """Return the batch that was moved, and how many messages are left."""
        spool = self._spool = self._spool or self._open_spool()
        batch = spool.read(BATCH)
        self._to.own.dead_lettered(len(batch.damaged))
        if batch.positions or self._ended:
            self._writer.write(batch, self._ended)
        self._ended = spool.done(batch)
        # Also if no call came: old rows are deleted from a quiet ledger too.
        self._jobs.run_due()
        return batch, spool.pending() if len(batch.messages) == BATCH else 0

    def _set_backlog(self, backlog: int) -> None:
        self._backlog = backlog
        self._to.own.pending(backlog + self._heartbeats.kept)
