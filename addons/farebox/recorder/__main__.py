"""The recorder's process; `farebox up` and the mitmproxy addon start it."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer

from prometheus_client import CollectorRegistry

from .. import retention
from ..child import Life, settings_from_parent, when_parent_ends
from ..dialects import DIALECTS
from ..errors import FareboxError
from ..folder import claim
from ..settings import Settings
from ..sinks.database import DatabaseSink
from ..sinks.metrics import MetricsSink, OwnMetrics
from ..spool.reader import SpoolReader
from ..store import queries
from ..store.engine import open_engine
from ..store.migrate import migrate
from ..telemetry import PulseReceiver
from .aside import Aside
from .attendance import Attendance
from .http import serve
from .memory import Memory
from .prices import Prices
from .recorder import Destinations, Health, Recorder

logger = logging.getLogger("farebox.recorder")

# A statement that takes longer than this many seconds is given up, and the batch tried again.
_PATIENCE = 30.0
# Rows may have to move.
_MIGRATION_PATIENCE = 3600.0


def main() -> int:
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="farebox recorder: %(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Only the parent's end ends us: after a signal to the whole group, the worker still has calls to hand over.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    settings = settings_from_parent()
    stopping = threading.Event()
    when_parent_ends(stopping.set)
    try:
        with claim(settings.folder, "recorder"):
            record(settings, stopping)
    except FareboxError as error:
        logger.error("%s", error)
        return 1
    return 0


def record(settings: Settings, stopping: threading.Event) -> None:
    """Record until `stopping`."""
    engine = open_engine(settings.ledger, patience=_PATIENCE)
    registry, prices = CollectorRegistry(), Prices(settings.folder, settings.prices)
    name = settings.sidecar
    database = DatabaseSink(engine, sidecar=name, keep=retention.parse(settings.retention.calls))
    own, metrics = OwnMetrics(registry), MetricsSink(registry, prices.knows)
    to = Destinations(database, metrics, own, Aside(settings.folder / "aside", own))
    pulses = PulseReceiver(settings.folder)

    def open_spool() -> SpoolReader:
        migrate(engine, patience=_MIGRATION_PATIENCE)
        return SpoolReader(settings.spool_folder, queries.positions(engine))

    # A counter that is there from the start shows its first increase.
    own.meter_failures((dialect.name, 0) for dialect in DIALECTS)
    own.catalogue_age(prices.age_seconds)
    attendance = Attendance(pulses, own, settings.workers)
    recorder = Recorder(open_spool, attendance, to, Memory(settings.folder), prices.current, name=name)

    def health() -> Health:
        attendance.hear()
        return recorder.health

    server = _serve(settings, registry, health)
    life = Life()
    life.tell_ready({"metrics_port": server.server_address[1]})

    def wait(seconds: float) -> bool:
        # On a thread that waits for no ledger: what keeps the recorder is no reason to kill it.
        life.show()
        return stopping.wait(seconds)

    hearing = attendance.keep_hearing(wait)
    recorder.run(stopping.is_set, stopping.wait)
    hearing.join()
    pulses.close()
    server.shutdown()


def _serve(settings: Settings, registry: CollectorRegistry, health: Callable[[], Health]) -> ThreadingHTTPServer:
    try:
        return serve((settings.host, settings.metrics_port), registry, health)
    except OSError as error:
        raise FareboxError(
            f"metrics_port: {settings.host}:{settings.metrics_port} cannot be used ({error.strerror}): "
            "stop what listens there, or set --metrics-port; the address is --host's"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
