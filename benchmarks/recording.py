"""Rows a second into a ledger: from ready Records, and through the recorder's whole loop."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from farebox.pricing.standard import standard
from farebox.recorder.batch_writer import BATCH, BatchWriter, Destinations
from farebox.recorder.dead_letters import DeadLetters
from farebox.recorder.estimator_store import EstimatorStore
from farebox.recorder.failures import Failures
from farebox.recorder.heartbeats import Heartbeats
from farebox.recorder.jobs import JobRunner
from farebox.recorder.loop import Recorder
from farebox.recorder.schedule import loop_jobs
from farebox.records import reading as spooled
from farebox.records.reading import Reading
from farebox.records.record import Record
from farebox.sinks.ledger import ledger_sink
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.reader import Position, SpoolReader
from farebox.spool.telemetry import HeartbeatReceiver
from farebox.spool.writer import SpoolWriter
from farebox.store import queries
from prometheus_client import CollectorRegistry

from .places import Place
from .traffic import readings, records

ROUNDS, CALLS = 5, 20_000
# A busy hour of 30 calls a second: what decides how many hourly sums a batch touches.
_A_SECOND = 30


class Rate(NamedTuple):
    """Rows a second, median and best of the rounds; microseconds of CPU a row, ours and the server's."""

    rows: float
    best: float
    ours: float
    server: float


def sink_rate(place: Place) -> Rate:
    """Return what the sink makes of ready Records, as many at once as the recorder takes."""
    sink, number = ledger_sink(place.engine, sidecar="bench"), iter(range(1, ROUNDS * CALLS))

    def write(rows: Sequence[Record]) -> None:
        for first in range(0, len(rows), BATCH):
            sink.write(rows[first : first + BATCH], {"bench": Position(1, next(number))})

    return _rate(place, [records(calls) for calls in _rounds()], write)


def recorder_rate(place: Place, folder: Path) -> Rate:
    """Return what the recorder's loop makes of a full spool: reading, pricing, linking, writing, counting."""
    registry = CollectorRegistry()
    own, pricer = SelfMetrics(registry), standard()
    sink = ledger_sink(place.engine, sidecar="bench")
    sinks, dead_letters = [MetricsSink(registry, pricer.knows)], DeadLetters(folder / "dead-letter", own)
    to = Destinations(sink, sinks, own, dead_letters, Failures(registry))
    with closing(HeartbeatReceiver(folder)) as receiver:
        heartbeats, spool = Heartbeats(receiver, own), folder / "spool"

        def record(_calls: Sequence[Reading]) -> None:
            reader = SpoolReader(spool, queries.positions(place.engine))
            estimators = EstimatorStore(folder)
            writer = BatchWriter(to, estimators, lambda: pricer, sidecar="bench")
            jobs = JobRunner(loop_jobs(to, writer, estimators), to.failures)
            recorder = Recorder(lambda: reader, heartbeats, to, writer, jobs, spooled=reader.pending)
            while recorder.step():
                pass

        return _rate(place, _rounds(), record, lambda calls: _spool(spool, calls))


def _rounds() -> list[list[Reading]]:
    return [readings(CALLS, seed=seed, seconds=CALLS / _A_SECOND) for seed in range(ROUNDS)]


def _spool(folder: Path, calls: Sequence[Reading]) -> None:
    with closing(SpoolWriter(folder, f"bench-{calls[0].id}")) as spool:
        for call in calls:
            spool.append(spooled.encode(call))


def _rate[Rows: Sequence[object]](
    place: Place, rounds: Sequence[Rows], write: Callable[[Rows], None], before: Callable[[Rows], None] | None = None
) -> Rate:
    found = []
    for rows in rounds:
        if before:
            before(rows)
        clocks = (time.perf_counter, time.process_time, place.server_seconds)
        start = [clock() for clock in clocks]
        write(rows)
        found.append([(clock() - at) / len(rows) for clock, at in zip(clocks, start, strict=True)])
    wall, ours, server = zip(*found, strict=True)
    return Rate(
        1 / statistics.median(wall), 1 / min(wall), statistics.median(ours) * 1e6, statistics.median(server) * 1e6
    )
