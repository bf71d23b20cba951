"""The recorder's loop: read a batch, price it, write rows and positions in one transaction, count it."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from .. import reading
from ..errors import LedgerAwayError
from ..record import Record
from ..sinks.database import DatabaseSink
from ..sinks.metrics import MetricsSink, OwnMetrics
from ..spool.reader import Batch, SpoolReader
from ..telemetry import Sights
from .attendance import Attendance
from .ledger import record_of

logger = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 0.1
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the recorder is doing. `trouble` names what keeps the ledger away."""

    workers: int
    pending: int
    trouble: str | None
    sights: Sights = field(default_factory=Sights)

    @property
    def is_behind(self) -> bool:
        return self.trouble is not None


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where Records and our own figures go; `aside` is the folder for what the ledger refuses."""

    database: DatabaseSink
    metrics: MetricsSink
    own: OwnMetrics
    aside: Path


class Recorder:
    """Moves what the workers spooled into the ledger. `name` is the sidecar that rows are marked with.

    `open_spool` makes the reader from the positions in the ledger; it is called until the ledger is there.
    """

    def __init__(
        self, open_spool: Callable[[], SpoolReader], attendance: Attendance, to: Destinations, *, name: str
    ) -> None:
        self._open_spool = open_spool
        self._spool: SpoolReader | None = None
        self._attendance = attendance
        self._to = to
        self._name = name
        self._ended: list[str] = []
        self._pause = IDLE_SECONDS
        self._backlog = 0
        self._trouble: str | None = None

    @property
    def health(self) -> Health:
        """How we are doing, as of the last step."""
        attendance = self._attendance
        return Health(attendance.workers, self._backlog + attendance.kept, self._trouble, attendance.sights)

    def run(self, is_stopping: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """Work until `is_stopping`, then until the spool is empty or the ledger away; `wait` pauses some seconds."""
        while True:
            stopping = is_stopping()
            moved = self.step()
            if stopping and (not (moved or self._ended) or self.health.is_behind):
                return
            if not moved:
                wait(self._pause)

    def step(self) -> int:
        """Move one batch; return how many messages it had."""
        self._attendance.hear()
        try:
            spool = self._spool = self._spool or self._open_spool()
            batch = spool.read(BATCH)
            if batch.positions or self._ended:
                self._store(batch)
            spool.done(batch)
        except LedgerAwayError as error:
            self._behind(str(error))
            return 0
        if batch.skipped_bytes:
            logger.error("%s bytes in the spool were damaged and passed over", batch.skipped_bytes)
            self._to.own.set_aside()
        self._ended = batch.ended
        self._pause = IDLE_SECONDS
        self._note(spool.pending() if len(batch.messages) == BATCH else 0, None)
        return len(batch.messages)

    def _store(self, batch: Batch) -> None:
        records: list[Record] = []
        sources: dict[str, bytes] = {}
        for message in batch.messages:
            record = self._record(message)
            if record is not None:
                records.append(record)
                sources[record.id] = message
        written = self._to.database.write(records, batch.positions, ended=self._ended)
        for refused in written.refused:
            self._set_aside(sources[refused.id], "the ledger refuses it")
        self._to.metrics.write(written.records)

    def _record(self, message: bytes) -> Record | None:
        try:
            read = reading.decode(message)
            return record_of(msgspec.structs.replace(read, sidecar=read.sidecar or self._name))
        except Exception as error:  # noqa: BLE001 - one hostile row must not stop the ledger
            self._set_aside(message, f"it cannot be read or priced ({type(error).__name__})")
            return None

    def _set_aside(self, message: bytes, why: str) -> None:
        self._to.aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._to.aside / f"{hashlib.sha256(message).hexdigest()[:32]}.msgpack"
        if path.exists():
            # A batch is read again for as long as the ledger is away.
            return
        path.write_bytes(message)
        logger.error("a call is set aside in %s: %s", path, why)
        self._to.own.set_aside()

    def _behind(self, trouble: str) -> None:
        if self._trouble != trouble:
            logger.error("the ledger is away (%s): calls wait in the spool", trouble)
        self._note(self._spool.pending() if self._spool else 0, trouble)
        self._pause = min(max(self._pause, IDLE_SECONDS) * 2, _LONGEST_PAUSE)

    def _note(self, backlog: int, trouble: str | None) -> None:
        self._backlog, self._trouble = backlog, trouble
        self._to.own.pending(backlog + self._attendance.kept)
