"""Receives the workers' heartbeats, also while the recorder waits for the ledger."""

import threading
import time
from collections.abc import Callable

from ..sinks.self_metrics import SelfMetrics
from ..spool.telemetry import ClientDiagnostics, HeartbeatReceiver
from .workers import Workers

RECEIVE_SECONDS = 0.5


class Heartbeats:
    """Receives the heartbeats of workers, of which `expected` should report, and counts what they report.

    Threads may share it.
    """

    def __init__(self, receiver: HeartbeatReceiver, own: SelfMetrics, expected: int = 1) -> None:
        self.expected = expected
        self._receiver = receiver
        self._own = own
        self._workers = Workers()
        self._lock = threading.Lock()
        self._dropped = 0

    @property
    def workers(self) -> int:
        """Number of workers that report."""
        with self._lock:
            return len(self._workers)

    @property
    def processes(self) -> dict[str, int]:
        """Process ids of the workers that report, by name."""
        with self._lock:
            return self._workers.processes

    @property
    def inflight(self) -> int:
        """The calls whose answer is under way."""
        with self._lock:
            return self._workers.inflight

    @property
    def kept(self) -> int:
        """Number of calls that the workers keep in memory."""
        with self._lock:
            return self._workers.kept

    @property
    def dropped(self) -> int:
        """Number of calls that the workers have dropped since the recorder started."""
        with self._lock:
            return self._dropped

    @property
    def diagnostics(self) -> ClientDiagnostics:
        """Client diagnostics of all workers."""
        with self._lock:
            return self._workers.diagnostics

    def receive(self) -> None:
        """Receive and count what has arrived since the last time."""
        with self._lock:
            for change in self._workers.receive(self._receiver.receive(), time.monotonic()):
                self._own.dropped(change.dropped)
                self._dropped += change.dropped
                self._own.tls_untrusted(change.tls_untrusted)
                self._own.unchecked(change.unchecked)
                self._own.meter_failures(change.meter_failures.items())
                self._own.usage_refusals(change.usage_refusals.items())
                self._own.access_refusals(change.access_refusals.items())
            self._own.inflight(self._workers.inflight)

    def receive_in_background(self, wait: Callable[[float], bool]) -> threading.Thread:
        """Receive on a thread until `wait`, which pauses for some seconds, returns True."""

        def work() -> None:
            while not wait(RECEIVE_SECONDS):
                self.receive()

        thread = threading.Thread(target=work, name="heartbeats", daemon=True)
        thread.start()
        return thread
