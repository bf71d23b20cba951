"""The recorder's loop: read a batch, price it, write rows and positions in one transaction, count it."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from ..errors import LedgerAwayError
from ..pricing.pricer import Pricer
from ..records import reading
from ..records.reading import Reading
from ..records.record import Completion, Record
from ..sinks.database import DatabaseSink, Links
from ..sinks.metrics import SelfMetrics
from ..sinks.sink import Sink
from ..spool.reader import Batch, SpoolReader
from ..spool.telemetry import ClientDiagnostics
from ..store.polls import Poll
from .dead_letters import DeadLetters
from .estimator_store import EstimatorStore
from .failures import Failures
from .heartbeats import Heartbeats
from .ledger import record_of
from .links import Failure, Joined, is_open, join, numbered

logger = logging.getLogger(__name__)

BATCH = 2_000
IDLE_SECONDS = 0.1
JOIN_SECONDS = 60.0
# Longer than SQLite waits for a lock.
SILENT_SECONDS = 10.0
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the recorder is doing. `trouble` names what keeps the ledger away; `expected` workers should report.

    `dropped` calls were lost since its start.
    """

    workers: int
    pending: int
    trouble: str | None
    diagnostics: ClientDiagnostics = field(default_factory=ClientDiagnostics)
    expected: int = 1
    dropped: int = 0

    @property
    def is_behind(self) -> bool:
        return self.trouble is not None


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where Records and farebox's own figures go, and where those go that the ledger refuses."""

    database: DatabaseSink
    sinks: Sequence[Sink]
    own: SelfMetrics
    dead_letters: DeadLetters
    failures: Failures

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        """Apply what the ledger has committed to every sink; one that raises stops no other."""
        for sink in self.sinks:
            try:
                sink.apply(new, changed)
            except Exception as error:  # noqa: BLE001 - no sink may stop the recorder
                self.failures.of_sink(sink, error)


class Recorder:
    """Moves what the workers spooled into the ledger. `name` is the sidecar that rows are marked with.

    `open_spool` makes the reader from the positions in the ledger; it is called until the ledger is there. Until then
    `spooled` tells how many messages are in the spool, read or not. `pricer` returns the prices in use.
    """

    def __init__(
        self,
        open_spool: Callable[[], SpoolReader],
        heartbeats: Heartbeats,
        to: Destinations,
        estimators: EstimatorStore,
        pricer: Callable[[], Pricer],
        *,
        name: str,
        spooled: Callable[[], int],
    ) -> None:
        self._open_spool = open_spool
        self._spooled = spooled
        self._spool: SpoolReader | None = None
        self._heartbeats = heartbeats
        self._to = to
        self._estimators = estimators
        self._pricer = pricer
        self._name = name
        self._ended: list[str] = []
        self._failures: Mapping[str, Failure] = {}
        self._pause = IDLE_SECONDS
        self._backlog = 0
        self._next_join = 0.0
        self._began: float | None = None
        self._trouble: str | None = None

    @property
    def health(self) -> Health:
        """How we are doing, as of the last step."""
        heartbeats = self._heartbeats
        pending = self._backlog + heartbeats.kept
        told = (heartbeats.diagnostics, heartbeats.expected, heartbeats.dropped)
        return Health(heartbeats.workers, pending, self._trouble or self._silence, *told)

    @property
    def _silence(self) -> str | None:
        """What to say while the ledger lets a step wait, as another thread sees it."""
        began = self._began
        seconds = time.monotonic() - began if began is not None else 0.0
        return f"no answer for {seconds:.0f} s" if seconds > SILENT_SECONDS else None

    def run(
        self,
        is_stopping: Callable[[], bool],
        wait: Callable[[float], object],
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        """Work until `is_stopping`, then until the spool is empty or the ledger away; `wait` pauses some seconds.

        When it `is_alone`, the batch under way is the last: what is in the spool is for who comes next.
        """
        while True:
            stopping = is_stopping()
            moved = self.step()
            is_done = not (moved or self._ended) or self.health.is_behind
            if is_alone() or (stopping and is_done):
                self._estimators.keep()
                self._to.dead_letters.close()
                if stopping and self._backlog:
                    told = "calls wait in the spool (%d), the next start records them: keep the data folder"
                    logger.warning(told, self._backlog)
                return
            if not moved:
                wait(self._pause)

    def step(self) -> int:
        """Move one batch; return how many messages it had, or in how many spools it came on, 0 where it did neither."""
        self._heartbeats.receive()
        self._to.dead_letters.try_again()
        # New prices are looked for, and old ones told of, also while no calls come.
        self._pricer()
        self._began = time.monotonic()
        try:
            spool = self._spool = self._spool or self._open_spool()
            batch = spool.read(BATCH)
            self._to.own.dead_lettered(len(batch.damaged))
            if batch.positions or self._ended:
                self._store(batch)
            self._ended = spool.done(batch)
            self._join_waiting()
            self._to.database.purge()
        except LedgerAwayError as error:
            self._behind(error)
            return 0
        finally:
            self._began = None
        if self._trouble:
            logger.info("the ledger is back: calls that wait are recorded")
        self._pause = IDLE_SECONDS
        self._note(spool.pending() if len(batch.messages) == BATCH else 0, None)
        return len(batch.messages) or len(batch.positions)

    def _store(self, batch: Batch) -> None:
        heard = [one for one in map(self._decoded, batch.messages) if one is not None and not one.adds_nothing]
        polls = [one for one in heard if one.completes is not None]
        failures, calls = numbered(self._failures, [one for one in heard if one.completes is None])
        sources = {call.id: call for call in calls}
        records = [record for record in map(self._priced, calls) if record is not None]
        joined = self._joined(records, polls)
        written = self._to.database.write(joined.records, batch.positions, ended=self._ended, links=_links(joined))
        self._failures = failures
        for refused in written.refused:
            source = sources.get(refused.id)
            message = reading.encode(source) if source else msgspec.msgpack.encode(refused)
            self._to.dead_letters.keep(message, "the ledger refuses it")
        self._to.apply(written.records, written.completions)
        # Only now: a batch is read again for as long as the ledger is away.
        self._estimators.learn(sources[record.id] for record in written.records if record.id in sources)

    def _joined(self, records: Sequence[Record], polls: Sequence[Reading]) -> Joined:
        """Link the batch to what the ledger has of the same work."""
        unfinished = {record.response_id for record in records if record.response_id and is_open(record)}
        found = self._to.database.find(unfinished | {look.completes for look in polls if look.completes})
        waited = [one for one in map(self._decoded, found.waiting) if one is not None]
        return join(records, found.rows, [*polls, *waited], self._priced)

    def _join_waiting(self) -> None:
        """Join looks and rows that two recorders wrote at the same time, so that neither saw the other's."""
        if time.monotonic() < self._next_join:
            return
        found = self._to.database.find_met()
        waited = [one for one in map(self._decoded, found.waiting) if one is not None]
        joined = join([], found.rows, waited, self._priced)
        if joined.resolved:
            links = replace(_links(joined), waiting=())
            self._to.apply([], self._to.database.write([], {}, links=links).completions)
        self._next_join = time.monotonic() + JOIN_SECONDS

    def _decoded(self, message: bytes) -> Reading | None:
        try:
            return reading.decode(message)
        except msgspec.MsgspecError as error:
            self._to.dead_letters.keep(message, f"it cannot be read ({type(error).__name__})")
            return None

    def _priced(self, read: Reading) -> Record | None:
        try:
            named = msgspec.structs.replace(read, sidecar=read.sidecar or self._name)
            return record_of(named, self._pricer(), self._estimators.model)
        except Exception as error:  # noqa: BLE001 - one hostile row must not stop the ledger
            self._to.dead_letters.keep(reading.encode(read), f"it cannot be priced ({type(error).__name__})")
            return None

    def _behind(self, error: LedgerAwayError) -> None:
        if self._trouble != error.trouble:
            logger.error("%s; calls wait in the spool", error)
        # A SQLite file that was read-only when it was opened stays so.
        self._to.database.reconnect()
        self._note(self._spool.pending() if self._spool else self._spooled(), error.trouble)
        self._pause = min(max(self._pause, IDLE_SECONDS) * 2, _LONGEST_PAUSE)

    def _note(self, backlog: int, trouble: str | None) -> None:
        self._backlog, self._trouble = backlog, trouble
        self._to.own.pending(backlog + self._heartbeats.kept)


def _links(joined: Joined) -> Links:
    waiting = [_look(one) for one in joined.waiting]
    return Links(joined.completions, waiting, [_look(one).key for one in joined.resolved])


def _look(read: Reading) -> Poll:
    return Poll(read.host, read.dialect or "", read.completes or "", read.started_at, reading.encode(read))
