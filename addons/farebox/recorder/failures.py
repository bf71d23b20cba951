"""Failures that must not stop the recorder: counted, and logged once for each kind of error."""

import logging

from prometheus_client import CollectorRegistry

from ..sinks.metric_specs import counter
from ..sinks.sink import Sink

logger = logging.getLogger(__name__)


class Failures:
    """Counts the failures of sinks and jobs and logs the first of each kind. Threads may share it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sinks = counter("sink_failures", registry)
        self._jobs = counter("job_failures", registry)
        self._logged: set[tuple[str, str]] = set()

    def expect_sink(self, sink: Sink) -> None:
        """Show the counter of `sink` from the start: otherwise its first increase can't be seen."""
        self._sinks.labels(_name(sink))

    def of_sink(self, sink: Sink, error: Exception) -> None:
        """Count that `sink` raised `error`."""
        name = _name(sink)
        self._sinks.labels(name).inc()
        self._log(f"sink {name}", error, "its figures lack a batch; the ledger has it")

    def expect_job(self, name: str) -> None:
        """Show the counter of job `name` from the start."""
        self._jobs.labels(name)

    def of_job(self, name: str, error: Exception) -> None:
        """Count that job `name` raised `error`."""
        self._jobs.labels(name).inc()
        self._log(f"job {name}", error, "it runs again after its period")

    def _log(self, subject: str, error: Exception, effect: str) -> None:
        # Only the kind: the text of an error can contain values of a call.
        kind = type(error).__name__
        if (subject, kind) not in self._logged:
            self._logged.add((subject, kind))
            logger.error("%s failed (%s): %s; further failures of this kind are only counted", subject, kind, effect)


def _name(sink: Sink) -> str:
    """Return the name of the file that defines the class of `sink`."""
    return type(sink).__module__.rpartition(".")[2]
