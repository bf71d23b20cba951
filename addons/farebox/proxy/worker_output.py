"""The output of a worker: Readings to its spool, counters to the recorder's socket."""

import logging
import os
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
    """Appends Readings, marked with the name of this `sidecar`, and sends heartbeats."""

    def __init__(self, sidecar: str, spool: SpoolWriter, heartbeats: HeartbeatSender) -> None:
        self._sidecar = sidecar
        self._spool = spool
        self._heartbeats = heartbeats
        self._failures: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._unchecked = 0
        self._access: Counter[str] = Counter()

    def append(self, reading: Reading) -> None:
        """Append `reading`, unless it is a poll that found nothing new: clients poll once a second."""
        if reading.adds_nothing:
            return
        self._spool.append(readings.encode(msgspec.structs.replace(reading, sidecar=self._sidecar)))

    def fault(self, dialect: str, error: Exception) -> None:
        """Count a fault of ours. Its text can quote the traffic, so only its type and line are logged."""
        self._failures[dialect] += 1
        frame = error.__traceback__
        while frame and frame.tb_next:
            frame = frame.tb_next
        where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
        logger.error("a call passes unmetered, because of %s at %s", type(error).__name__, where)

    def refused(self, provider: str) -> None:
        """Count a stream that `provider` refused because of the usage that we asked for."""
        self._refusals[provider] += 1

    def denied(self, reason: str) -> None:
        """Count a client or a server that the settings refuse."""
        self._access[reason] += 1

    def beat(self, inflight: int, diagnostics: DiagnosticsCollector, *, unchecked: int = 0) -> None:
        """Flush what waits in memory to the spool, and send the recorder this worker's counters."""
        self._spool.flush()
        self._unchecked = unchecked
        self._heartbeats.send(self._heartbeat(inflight, diagnostics))

    def close(self, diagnostics: DiagnosticsCollector) -> None:
        """Close the spool, and tell the recorder that this worker ends."""
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
            unchecked=self._unchecked,
            access_refusals=dict(self._access),
            is_leaving=is_leaving,
            pid=os.getpid(),
            diagnostics=diagnostics.snapshot(),
        )


def new_id() -> str:
    """Return an id for a call; ids sort by time."""
    return str(uuid_utils.uuid7())
