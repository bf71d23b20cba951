"""A recorder's loop in a process of its own, which a test may kill: `python -m tests.clickhouse.recording FOLDER URL`.

It ends once the spool is empty.
"""

import sys
import time
from contextlib import closing
from pathlib import Path

from farebox.pricing.standard import standard
from farebox.recorder.batch_writer import BatchWriter, Destinations
from farebox.recorder.dead_letters import DeadLetters
from farebox.recorder.estimator_store import EstimatorStore
from farebox.recorder.failures import Failures
from farebox.recorder.heartbeats import Heartbeats
from farebox.recorder.jobs import JobRunner
from farebox.recorder.loop import Recorder
from farebox.recorder.schedule import loop_jobs
from farebox.sinks.ledger import ledger_sink
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.reader import SpoolReader
from farebox.spool.telemetry import HeartbeatReceiver
from farebox.store import queries
from farebox.store.engine import open_engine
from prometheus_client import CollectorRegistry

# As the recorder's own.
_PATIENCE = 30.0


def main(folder: Path, url: str) -> None:
    engine, registry, pricer = open_engine(url, patience=_PATIENCE), CollectorRegistry(), standard()
    own = SelfMetrics(registry)
    sink = ledger_sink(engine, sidecar=folder.name)
    dead_letters = DeadLetters(folder / "dead-letter", own)
    to = Destinations(sink, [MetricsSink(registry, pricer.knows)], own, dead_letters, Failures(registry))
    with closing(HeartbeatReceiver(folder)) as receiver:
        estimators = EstimatorStore(folder)
        writer = BatchWriter(to, estimators, lambda: pricer, sidecar=folder.name)
        spool = SpoolReader(folder / "spool", {})
        recorder = Recorder(
            lambda: SpoolReader(folder / "spool", queries.positions(engine)),
            Heartbeats(receiver, own),
            to,
            writer,
            JobRunner(loop_jobs(to, writer, estimators), to.failures),
            spooled=spool.pending,
        )
        while recorder.step() or recorder.health.trouble:
            if trouble := recorder.health.trouble:
                print(trouble, flush=True)
                time.sleep(0.3)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
