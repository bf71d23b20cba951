"""Where a worker's Readings and counters go: its spool, and the recorder's socket."""

import logging
from collections import Counter

import msgspec
import uuid_utils

from ..records import reading as readings
from ..records.reading import Reading
from ..spool.telemetry import Heartbeat, HeartbeatSender
from ..spool.writer import SpoolWriter
from .client_diagnostics import DiagnosticsCollector

logger = logging.getLogger(__name__)


class WorkerOutput:
    """Appends Readings, marked with the name of this `sidecar`, and tells how the worker does."""

    def __init__(self, sidecar: str, spool: SpoolWriter, heartbeats: HeartbeatSender) -> None:
        self._sidecar = sidecar
        self._spool = spool
        self._heartbeats = heartbeats
        self._failures: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()

    def append(self, reading: Reading) -> None:
        """Hand `reading` over, unless it is a look at work that goes on: clients take one a second."""
        if reading.adds_nothing:
            return
        self._spool.append(readings.encode(msgspec.structs.replace(reading, sidecar=self._sidecar)))

    def fault(self, dialect: str, error: Exception) -> None:
        """Count a fault of ours; its text may quote the traffic, so only its kind and place are logged."""
        self._failures[dialect] += 1
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
        logger.error("a call could not be read, it passes unread: %s at %s", type(error).__name__, where)

    def refused(self, provider: str) -> None:
        """Count a stream that was refused for the usage that we asked for."""
        self._refusals[provider] += 1

    def beat(self, inflight: int, diagnostics: DiagnosticsCollector) -> None:
        """Write what waits in memory, and tell the recorder how this worker does."""
        self._spool.flush()
        self._heartbeats.send(self._heartbeat(inflight, diagnostics))

    def close(self, diagnostics: DiagnosticsCollector) -> None:
        """Give the spool up, and say good-bye."""
        self._spool.close()
        self._heartbeats.send(self._heartbeat(0, diagnostics, is_leaving=True))
        self._heartbeats.close()

    def _heartbeat(self, inflight: int, diagnostics: DiagnosticsCollector, *, is_leaving: bool = False) -> Heartbeat:
        return Heartbeat(
            self._spool.name,
            inflight=inflight,
            dropped=self._spool.dropped,
            kept=self._spool.kept,
            tls_untrusted=diagnostics.tls_untrusted,
            meter_failures=dict(self._failures),
            usage_refusals=dict(self._refusals),
            is_leaving=is_leaving,
            diagnostics=diagnostics.told(),
        )


def new_id() -> str:
    """Return an id for a call: in the order of time."""
    return str(uuid_utils.uuid7())
