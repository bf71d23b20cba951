"""The recorder's process; `farebox up` and the mitmproxy addon start it."""

import dataclasses
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer

from prometheus_client import CollectorRegistry

from ..config import retention
from ..config.settings import Settings
from ..dialects import DIALECTS
from ..errors import FareboxError
from ..home.folder import PATIENCE_SECONDS, holder
from ..process.child import Liveness, settings_from_parent, when_to_end
from ..sinks.database import DatabaseSink
from ..sinks.metrics import MetricsSink, SelfMetrics
from ..spool.reader import SpoolReader
from ..spool.telemetry import HeartbeatReceiver
from ..store.engine import open_engine
from .dead_letters import DeadLetters
from .estimator_store import EstimatorStore
from .failures import Failures
from .heartbeats import Heartbeats
from .http import serve
from .prices import Prices
from .recorder import Destinations, Health, Recorder
from .spool_opener import ROLE, SpoolOpener

logger = logging.getLogger("farebox.recorder")

# A statement that takes longer than this many seconds is given up, and the batch tried again.
_PATIENCE = 30.0


def main() -> int:
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="farebox recorder: %(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Only the parent's end ends us: after a signal to the whole group, the worker still has calls to hand over.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    settings = settings_from_parent()
    stopping, alone = threading.Event(), threading.Event()
    when_to_end(stopping.set, alone.set)
    try:
        record(settings, stopping, alone)
    except FareboxError as error:
        logger.error("%s", error)
        return 1
    return 0


def record(settings: Settings, stopping: threading.Event, alone: threading.Event) -> None:
    """Record until `stopping`; when `alone`, the port is free for who comes next, and what is in the spool theirs."""
    engine = open_engine(settings.ledger, patience=_PATIENCE)
    registry, prices = CollectorRegistry(), Prices(settings.folder, settings.prices)
    name = settings.sidecar
    database = DatabaseSink(engine, sidecar=name, keep=retention.parse(settings.retention.calls))
    own, metrics = SelfMetrics(registry), MetricsSink(registry, prices.knows)
    failures = Failures(registry)
    failures.expect_sink(metrics)
    to = Destinations(database, [metrics], own, DeadLetters(settings.folder / "dead-letter", own), failures)
    receiver = HeartbeatReceiver(settings.folder)
    open_spool = SpoolOpener(settings, engine)
    # A counter that is there from the start shows its first increase.
    own.meter_failures((dialect.name, 0) for dialect in DIALECTS)
    own.catalogue_age(prices.age_seconds)
    heartbeats = Heartbeats(receiver, own, settings.workers)
    spooled = SpoolReader(settings.spool_folder, {}).pending
    estimators = EstimatorStore(settings.folder)
    recorder = Recorder(open_spool, heartbeats, to, estimators, prices.current, name=name, spooled=spooled)

    def health() -> Health:
        heartbeats.receive()
        told = recorder.health
        return dataclasses.replace(told, trouble=open_spool.under_way or told.trouble)

    server = _serve(settings, registry, health, stopping)
    _close_when(alone, server)
    liveness = Liveness()
    liveness.tell_ready({"metrics_port": server.server_address[1]})

    def wait(seconds: float) -> bool:
        # On a thread that waits for no ledger: what keeps the recorder is no reason to kill it.
        liveness.beat()
        return stopping.wait(seconds)

    receiving = heartbeats.receive_in_background(wait)
    recorder.run(stopping.is_set, stopping.wait, alone.is_set)
    receiving.join()
    receiver.close()
    server.shutdown()
    open_spool.close()


def _serve(
    settings: Settings, registry: CollectorRegistry, health: Callable[[], Health], stopping: threading.Event
) -> ThreadingHTTPServer:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return serve((settings.host, settings.metrics_port), registry, health)
        except OSError as error:
            # A recorder that is alone lets go of the port in a moment.
            if holder(settings.folder, ROLE) is None or time.monotonic() > give_up or stopping.wait(0.1):
                raise FareboxError(
                    f"metrics_port: {settings.host}:{settings.metrics_port} cannot be used ({error.strerror}): "
                    "stop what listens there, or set --metrics-port; the address is --host's"
                ) from error


def _close_when(alone: threading.Event, server: ThreadingHTTPServer) -> None:
    def close() -> None:
        alone.wait()
        server.shutdown()
        server.server_close()

    threading.Thread(target=close, name="alone", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
