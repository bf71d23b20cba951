"""A recorder with everything around it: data folder, ledger, worker, metrics."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farebox.pricing.standard import standard
from farebox.recorder.batch_writer import BatchWriter, Destinations
from farebox.recorder.dead_letter_folder import content, files
from farebox.recorder.dead_letters import DeadLetters
from farebox.recorder.estimator_store import EstimatorStore
from farebox.recorder.failures import Failures
from farebox.recorder.heartbeats import Heartbeats
from farebox.recorder.jobs import JobRunner
from farebox.recorder.loop import Recorder
from farebox.recorder.schedule import loop_jobs
from farebox.records import reading as readings
from farebox.records.reading import Reading
from farebox.records.record import Completion, Record
from farebox.records.usage import Usage
from farebox.sinks.database import DatabaseSink
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.self_metrics import SelfMetrics
from farebox.sinks.sink import Sink
from farebox.spool.reader import Batch, Position, SpoolReader
from farebox.spool.telemetry import HeartbeatReceiver, HeartbeatSender
from farebox.spool.writer import SpoolWriter
from farebox.store import queries
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from tests.support.samples import STARTED_AT, reading

# No database takes such a count.
POISON = Usage(input_tokens=2**63, output_tokens=0)


@dataclass(frozen=True)
class Environment:
    """`worker` is a living worker's end of the spool; `sinks` can be added to."""

    home: Path
    engine: Engine
    registry: CollectorRegistry
    worker: SpoolWriter
    worker_leaves: Callable[[], None]
    heartbeats: HeartbeatSender
    to: Destinations
    sinks: list[Sink]
    receiver: HeartbeatReceiver

    def start(self, open_spool: Callable[[], SpoolReader] | None = None) -> Recorder:
        spool = SpoolReader(self.home / "spool", queries.positions(self.engine))
        heartbeats, spooled = Heartbeats(self.receiver, self.to.own), SpoolReader(self.home / "spool", {}).pending
        estimators = EstimatorStore(self.home)
        writer = self.writer(estimators)
        jobs = JobRunner(loop_jobs(self.to, writer, estimators), self.to.failures)
        return Recorder(open_spool or (lambda: spool), heartbeats, self.to, writer, jobs, spooled=spooled)

    def writer(self, estimators: EstimatorStore | None = None) -> BatchWriter:
        return BatchWriter(self.to, estimators or EstimatorStore(self.home), standard, sidecar="here")

    def spool(self, *calls: Reading) -> list[str]:
        for call in calls:
            self.worker.append(readings.encode(call))
        return [call.id for call in calls]

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"farebox_{name}", labels)

    def dead_letters(self) -> list[bytes]:
        return [message for path in files(self.home / "dead-letter") for message in content(path).messages]

    def rows(self) -> list[dict[str, Any]]:
        return list(queries.all_calls(self.engine))


@contextmanager
def environment(home: Path, engine: Engine) -> Iterator[Environment]:
    """Set up everything that a recorder needs in `home`, with the ledger of `engine`."""
    with ExitStack() as running:
        registry = CollectorRegistry()
        own = SelfMetrics(registry)
        sinks: list[Sink] = [MetricsSink(registry, standard().knows)]
        dead_letters = DeadLetters(home / "dead-letter", own)
        to = Destinations(DatabaseSink(engine), sinks, own, dead_letters, Failures(registry))
        receiver = running.enter_context(closing(HeartbeatReceiver(home)))
        working = running.enter_context(ExitStack())
        worker = working.enter_context(closing(SpoolWriter(home / "spool", "worker")))
        heartbeats = running.enter_context(closing(HeartbeatSender(home)))
        yield Environment(home, engine, registry, worker, working.close, heartbeats, to, sinks, receiver)


def started(**fields: Any) -> Reading:
    """Return the call that starts background work, with `fields` instead."""
    given = {"dialect": "openai_responses", "response_id": "resp_1", "usage": Usage(), "is_pending": True}
    return reading(**given | fields)


def poll(after: int = 1, **fields: Any) -> Reading:
    """Return the poll that finds this work completed, some nanoseconds later, with `fields` instead."""
    given = {"dialect": "openai_responses", "completes": "resp_1", "finish_reason": "completed"}
    return reading(**given | {"started_at": STARTED_AT + after} | fields)


def amounts(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int | None, int | None]]:
    """Return what `rows` are billed by."""
    return [(row["id"], row["input_tokens"], row["cost_nanousd"]) for row in rows]


class KeepingSink:
    """A sink that remembers what it was given."""

    def __init__(self) -> None:
        self.new: list[str] = []
        self.changed: list[str] = []

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        self.new += (record.id for record in new)
        self.changed += (completion.after.id for completion in changed)


def batch_of(*calls: Reading) -> Batch:
    """Return `calls` as they are read from the spool."""
    return Batch([readings.encode(call) for call in calls], {"worker": Position(1, 8)})
