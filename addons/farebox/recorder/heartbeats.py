"""Hear the workers, also while the ledger keeps the recorder waiting."""

import threading
import time
from collections.abc import Callable

from ..sinks.self_metrics import SelfMetrics
from ..spool.telemetry import ClientDiagnostics, HeartbeatReceiver
from .workers import Workers

RECEIVE_SECONDS = 0.5


class Heartbeats:
    """Takes in the pulses of workers, of whom so many are `expected`, and counts what they tell.

    Any thread may ask and hear.
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
        """How many workers report."""
        with self._lock:
            return len(self._workers)

    @property
    def kept(self) -> int:
        """How many calls the workers keep in memory."""
        with self._lock:
            return self._workers.kept

    @property
    def dropped(self) -> int:
        """How many calls the workers could not spool, since we hear them."""
        with self._lock:
            return self._dropped

    @property
    def diagnostics(self) -> ClientDiagnostics:
        """What the workers saw of their clients."""
        with self._lock:
            return self._workers.diagnostics

    def receive(self) -> None:
        """Take in what came since the last time."""
        with self._lock:
            for change in self._workers.receive(self._receiver.receive(), time.monotonic()):
                self._own.dropped(change.dropped)
                self._dropped += change.dropped
                self._own.tls_untrusted(change.tls_untrusted)
                self._own.meter_failures(change.meter_failures.items())
                self._own.usage_refusals(change.usage_refusals.items())
            self._own.inflight(self._workers.inflight)

    def receive_in_background(self, wait: Callable[[float], bool]) -> threading.Thread:
        """Hear on a thread of its own, until `wait`, which pauses some seconds, returns True."""

        def listen() -> None:
            while not wait(RECEIVE_SECONDS):
                self.receive()

        thread = threading.Thread(target=listen, name="heartbeats", daemon=True)
        thread.start()
        return thread
