"""Turns a batch of the spool into rows: decodes, prices, links, writes in one transaction, applies to the sinks."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from ..pricing.pricer import Pricer
from ..records import reading as readings
from ..records.reading import Reading
from ..records.record import Completion, Record
from ..sinks.batch import Links
from ..sinks.ledger import LedgerSink
from ..sinks.self_metrics import SelfMetrics
from ..sinks.sink import Sink
from ..spool.reader import Batch
from ..store.polls import Key as PollKey
from ..store.polls import Poll
from .attempt_numbers import NO_ATTEMPTS, linked
from .dead_letters import DeadLetters
from .estimator_store import EstimatorStore
from .failures import Failures
from .gateway_calls import all_counted
from .links import Joined, is_open, is_result, join
from .reading_to_record import record_of
from .turns import Key, Turn, explained

# The most messages of one batch: a fuller spool has more.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where Records and farebox's own figures go, and where those go that the ledger refuses."""

    database: LedgerSink
    sinks: Sequence[Sink]
    own: SelfMetrics
    dead_letters: DeadLetters
    failures: Failures

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        """Apply what the ledger has committed to every sink; one that raises stops no other."""
        new = [record for record in new if record.is_call]
        for sink in self.sinks:
            try:
                sink.apply(new, changed)
            except Exception as error:  # noqa: BLE001 - no sink may stop the recorder
                self.failures.of_sink(sink, error)


class BatchWriter:
    """Writes batches into the ledger and its sinks.

    `pricer` returns the prices in use. `sidecar` is the name of rows whose worker didn't state one. `mark` returns
    records with those marked that shall not count.
    """

    def __init__(
        self,
        to: Destinations,
        estimators: EstimatorStore,
        pricer: Callable[[], Pricer],
        *,
        sidecar: str,
        mark: Callable[[Sequence[Record]], Sequence[Record]] = all_counted,
    ) -> None:
        self._to = to
        self._estimators = estimators
        self._pricer = pricer
        self._sidecar = sidecar
        self._mark = mark
        self._attempts = NO_ATTEMPTS
        self._turns: Mapping[Key, Turn] = {}
        # Results whose row was missing at the last look, and whether rows may still be in the spool.
        self._missed: frozenset[PollKey] = frozenset()
        self._is_behind = False

    def write(self, batch: Batch, ended: Sequence[str]) -> None:
        """Store `batch` and forget the spools that `ended`. LedgerAwayError: nothing is stored, write it again."""
        self._is_behind = len(batch.messages) >= BATCH
        decoded = [found for found in map(self._decoded, batch.messages) if found and not found.adds_nothing]
        polls = [reading for reading in decoded if reading.completes is not None]
        turns, calls = explained(self._turns, [reading for reading in decoded if reading.completes is None])
        attempts, calls = linked(self._attempts, calls)
        sources = {call.id: call for call in calls}
        records = [record for record in map(self._priced, calls) if record is not None]
        joined = self._joined(records, polls)
        written = self._to.database.write(
            self._mark(joined.records),
            batch.positions,
            ended=ended,
            links=_links(joined),
            keep_refused=self._keep_refused(sources, joined),
        )
        self._attempts, self._turns = attempts, turns
        self._to.apply(written.new, written.changed)
        # Only now: a batch is read again for as long as the ledger is away.
        self._estimators.learn(sources[record.id] for record in written.new if record.id in sources)

    def join_pending(self) -> None:
        """Join polls and rows that two recorders wrote at the same time, so that neither saw the other's."""
        found = self._to.database.find_met()
        waited = [reading for reading in map(self._decoded, found.waiting) if reading is not None]
        joined = join([], found.rows, waited, self._priced)
        if joined.resolved:
            links = replace(_links(joined), waiting=())
            written = self._to.database.write([], {}, links=links, keep_refused=self._keep_refused({}, joined))
            self._to.apply([], written.changed)

    def adopt_results(self) -> None:
        """Record results of work that was begun elsewhere, once they have waited for a row through two looks."""
        found = (reading for reading in map(self._decoded, self._to.database.find_unmet()) if reading is not None)
        mine = {_pending(poll).key: poll for poll in found if is_result(poll) and self._is_mine(poll)}
        ready = {} if self._is_behind else {key: mine[key] for key in self._missed & mine.keys()}
        self._missed = frozenset() if self._is_behind else frozenset(mine.keys() - ready.keys())
        if not ready:
            return
        sources = {poll.id: msgspec.structs.replace(poll, response_id=poll.completes) for poll in ready.values()}
        records = [record for record in map(self._priced, sources.values()) if record is not None]
        keep = self._keep_refused(sources, Joined(records, (), (), ()))
        written = self._to.database.write(records, {}, links=Links(resolved=list(ready)), keep_refused=keep)
        self._to.apply(written.new, written.changed)

    def _is_mine(self, poll: Reading) -> bool:
        return poll.sidecar in {None, self._sidecar}

    def close(self) -> None:
        """Keep what estimates have learned and what waits for the dead-letter folder."""
        self._estimators.keep()
        self._to.dead_letters.close()

    def _joined(self, records: Sequence[Record], polls: Sequence[Reading]) -> Joined:
        """Link the batch to what the ledger has of the same work."""
        unfinished = {record.response_id for record in records if record.response_id and is_open(record)}
        found = self._to.database.find(unfinished | {poll.completes for poll in polls if poll.completes})
        waited = [reading for reading in map(self._decoded, found.waiting) if reading is not None]
        return join(records, found.rows, [*polls, *waited], self._priced)

    def _keep_refused(self, sources: Mapping[str, Reading], joined: Joined) -> Callable[[Record], None]:
        """Return a function that dead-letters the Readings which a row is made of: the call, and polls of its work."""
        resolved = defaultdict[tuple[str, str | None, str | None], list[Reading]](list)
        for poll in joined.resolved:
            resolved[poll.host, poll.dialect, poll.completes].append(poll)

        def keep(row: Record) -> None:
            call = sources.get(row.id)
            for reading in (*([call] if call else ()), *resolved.get((row.host, row.dialect, row.response_id), ())):
                self._to.dead_letters.keep(readings.encode(reading), "the ledger refuses it")

        return keep

    def _decoded(self, message: bytes) -> Reading | None:
        try:
            return readings.decode(message)
        except msgspec.MsgspecError as error:
            self._to.dead_letters.keep(message, f"it cannot be read ({type(error).__name__})")
            return None

    def _priced(self, reading: Reading) -> Record | None:
        try:
            named = msgspec.structs.replace(reading, sidecar=reading.sidecar or self._sidecar)
            return record_of(named, self._pricer(), self._estimators.model)
        except Exception as error:  # noqa: BLE001 - one hostile row must not stop the ledger
            self._to.dead_letters.keep(readings.encode(reading), f"it cannot be priced ({type(error).__name__})")
            return None


def _links(joined: Joined) -> Links:
    waiting = [_pending(poll) for poll in joined.waiting]
    return Links(joined.completions, waiting, [_pending(poll).key for poll in joined.resolved])


def _pending(poll: Reading) -> Poll:
    return Poll(poll.host, poll.dialect or "", poll.completes or "", poll.started_at, readings.encode(poll))
