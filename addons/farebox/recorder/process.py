"""The recorder's process, from its settings to its end."""

import dataclasses
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module

from prometheus_client import CollectorRegistry, disable_created_metrics

from ..config import retention
from ..config.settings import Settings
from ..dialects import DIALECTS
from ..errors import FareboxError
from ..home.folder import PATIENCE_SECONDS, holder
from ..home.log_lines import log_to_stderr
from ..process.child import OF_RUN, Liveness, settings_from_parent, when_to_end
from ..process.ports import by_whom
from ..sinks.budget_metrics import BudgetMetrics
from ..sinks.ledger import ledger_sink
from ..sinks.metrics import MetricsSink
from ..sinks.process_metrics import ProcessMetrics
from ..sinks.self_metrics import SelfMetrics
from ..sinks.sink import Sink
from ..sinks.spend_gauges import SpendGauges
from ..spool.reader import SpoolReader
from ..spool.telemetry import ClientDiagnostics, HeartbeatReceiver
from ..store import run_bill
from ..store.appending import refuse_appending
from ..store.budgets import BudgetReader
from ..store.engine import Engine, open_engine, opened
from .batch_writer import BatchWriter, Destinations
from .budgets import BudgetJob
from .dead_letters import DeadLetters
from .estimator_store import EstimatorStore
from .failures import Failures
from .first_check import check_ledger
from .first_series import SeriesFirst
from .gateway_calls import marks
from .health import Health
from .heartbeats import Heartbeats
from .http import access_of, serve
from .http_page import About, page
from .http_server import BoundedHTTPServer
from .jobs import Job, JobRunner
from .loop import Recorder
from .otlp import Otel
from .prices import Prices
from .run_bill import bill_of
from .schedule import background_jobs, loop_jobs
from .spend import SpendJob
from .spool_opener import ROLE, SpoolOpener

logger = logging.getLogger("farebox.recorder")

# A statement that takes longer than this many seconds is cancelled, and the batch is tried again.
_PATIENCE = 30.0


def main() -> int:
    os.umask(0o077)
    log_to_stderr("farebox recorder")
    for name in ("alembic", "httpx2"):
        # httpx2 logs the URLs of destinations, which can hold secrets.
        logging.getLogger(name).setLevel(logging.WARNING)
    # Only the parent's end ends the recorder: after a signal to the whole group, workers still append calls.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    settings, is_of_run = settings_from_parent(), sys.argv[1:] == [OF_RUN]
    stopping, alone, liveness = threading.Event(), threading.Event(), Liveness()
    when_to_end(stopping.set, alone.set)
    try:
        # Of a run, no call waits yet, and its bill needs a migrated ledger.
        check_ledger(settings, migrates=is_of_run)
        clients = record(settings, stopping, alone, liveness)
    except FareboxError as error:
        # Not logged: the parent prints it.
        liveness.tell_failed(str(error))
        return 1
    if is_of_run:
        with opened(settings.ledger, patience=_PATIENCE) as engine:
            run_bill.leave(settings.folder, bill_of(engine, settings.sidecar), clients)
    return 0


def record(
    settings: Settings, stopping: threading.Event, alone: threading.Event, liveness: Liveness
) -> ClientDiagnostics:
    """Record until `stopping`; once `alone`, leave the port and the rest of the spool to the next recorder.

    Return what workers observed of their clients.
    """
    engine = open_engine(settings.ledger, patience=_PATIENCE)
    registry, prices = _registry(), Prices(settings.folder, settings.prices, settings.currency)
    metrics, otel = MetricsSink(registry, prices.knows), Otel(settings, registry, prices.knows)
    to = _destinations(settings, engine, registry, prices, [metrics, *otel.sinks])
    estimators = EstimatorStore(settings.folder)
    receiver = HeartbeatReceiver(settings.folder)
    heartbeats = Heartbeats(receiver, to.own, settings.workers)
    open_spool, spooled = SpoolOpener(settings, engine), SpoolReader(settings.spool_folder, {}).pending
    opening = SeriesFirst(open_spool, metrics, engine)
    writer = BatchWriter(to, estimators, prices.current, sidecar=settings.sidecar, mark=marks(settings, to.database))
    jobs = JobRunner(loop_jobs(to, writer, estimators), to.failures)
    recorder = Recorder(opening, heartbeats, to, writer, jobs, spooled=spooled)

    def health() -> Health:
        heartbeats.receive()
        state = recorder.health
        return dataclasses.replace(state, trouble=open_spool.under_way or state.trouble, address=settings.ledger_name)

    gauges, _ = SpendGauges(registry), ProcessMetrics(registry, lambda: heartbeats.processes)
    server = _serve(settings, registry, stopping, health, lambda: _page(settings, health(), gauges))
    _close_when(alone, server)
    liveness.tell_ready({"metrics_port": server.server_address[1]})
    # On a thread that does not use the ledger: a slow ledger is no reason to kill the recorder.
    receiving = heartbeats.receive_in_background(lambda seconds: _beat_and_wait(liveness, stopping, seconds))
    spend: Job = SpendJob(engine, gauges, settings.zone, names=settings.metrics.names, is_open=lambda: opening.is_done)
    for some in (background_jobs(to, prices), [spend], otel.jobs(), *_budget_threads(settings, engine, registry)):
        JobRunner(some, to.failures).run_in_background(stopping.wait)
    recorder.run(stopping.is_set, stopping.wait, alone.is_set)
    receiving.join()
    receiver.close()
    server.shutdown()
    open_spool.close()
    return recorder.health.diagnostics


def _beat_and_wait(liveness: Liveness, stopping: threading.Event, seconds: float) -> bool:
    liveness.beat()
    return stopping.wait(seconds)


def _registry() -> CollectorRegistry:
    # The time at which a series began is a series itself, which no board reads.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    return CollectorRegistry()


def _page(settings: Settings, health: Health, gauges: SpendGauges) -> bytes:
    return page(About(settings.sidecar, settings.ledger_name, settings.timezone), health, gauges.windows)


def _destinations(
    settings: Settings, engine: Engine, registry: CollectorRegistry, prices: Prices, sinks: list[Sink]
) -> Destinations:
    keep, keep_callers = (retention.parse(text) for text in (settings.retention.calls, settings.retention.hourly))
    database = ledger_sink(engine, sidecar=settings.sidecar, keep=keep, keep_callers=keep_callers)
    own, failures = SelfMetrics(registry), Failures(registry)
    # A counter that exists from the start shows its first increase.
    own.meter_failures((dialect.name, 0) for dialect in DIALECTS)
    own.catalogue_age(prices.age_seconds)
    for sink in sinks:
        failures.expect_sink(sink)
    return Destinations(database, sinks, own, DeadLetters(settings.folder / "dead-letter", own), failures)


def _budget_threads(settings: Settings, engine: Engine, registry: CollectorRegistry) -> list[list[Job]]:
    """Return the jobs for budgets and notifications, each of which may take long and so has a thread of its own."""
    threads: list[list[Job]] = []
    listeners: list[Callable[..., None]] = []
    if settings.destinations:
        refuse_appending(engine, "notifications can't be kept", "remove `destinations`, or alert by docs/alerts.md")
        # Without destinations, a start need not wait for the HTTP client.
        notifications = import_module(".notifications", __package__).Notifications(settings, engine, registry)
        threads, listeners = [[job] for job in notifications.jobs], notifications.listeners
    if not settings.budgets:
        return threads
    metrics, reader = BudgetMetrics(registry, settings.budgets), BudgetReader(engine, settings.budgets, settings.zone)
    return [*threads, [BudgetJob(reader, settings.budgets, metrics.show, settings.folder, listeners)]]


def _serve(
    settings: Settings,
    registry: CollectorRegistry,
    stopping: threading.Event,
    health: Callable[[], Health],
    shown: Callable[[], bytes],
) -> BoundedHTTPServer:
    access = access_of(settings)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return serve((settings.metrics_host, settings.metrics_port), registry, health, page=shown, access=access)
        except OSError as error:
            # A recorder without a parent releases the port in a moment.
            if holder(settings.folder, ROLE) is None or time.monotonic() > give_up or stopping.wait(0.1):
                raise FareboxError(
                    f"metrics_port: {settings.metrics_host}:{settings.metrics_port} cannot be used "
                    f"({error.strerror}{by_whom(settings.metrics_port, error)}): "
                    "stop what listens there, or set --metrics-port; the address is metrics_host's"
                ) from error


def _close_when(alone: threading.Event, server: BoundedHTTPServer) -> None:
    def close() -> None:
        alone.wait()
        server.shutdown()
        server.server_close()

    threading.Thread(target=close, name="alone", daemon=True).start()
