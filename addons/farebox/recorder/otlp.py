"""The recorder's job that pushes metrics, and OpenTelemetry's names for them."""

import logging
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from ..config.settings import Settings
from ..errors import FareboxError
from ..sinks.otel_metrics import OtelMetrics
from ..sinks.otlp import Push
from ..sinks.sink import Sink
from .jobs import Job, Task

logger = logging.getLogger(__name__)


class Otel:
    """OpenTelemetry's GenAI metrics, if `settings` want them on /metrics (in `registry`) or pushed."""

    def __init__(
        self, settings: Settings, registry: CollectorRegistry, knows: Callable[[str, str | None], bool]
    ) -> None:
        self._settings = settings
        own = registry if settings.metrics.otel_names else CollectorRegistry()
        self._registries = (registry, own)
        self.sinks: list[Sink] = []
        if settings.metrics.otel_names or settings.otlp.endpoint:
            self.sinks = [OtelMetrics(own, knows)]

    def jobs(self) -> list[Job]:
        """Return the job that pushes metrics; none without an endpoint or the SDK, which must not stop the recorder."""
        otlp = self._settings.otlp
        if not otlp.endpoint:
            return []
        try:
            push = Push(otlp.url, self._registries, self._settings.sidecar, time.time_ns, time.time_ns())
        except FareboxError as error:
            logger.error("metrics are not pushed: %s", error)
            return []
        return [Task("otlp", otlp.interval, push.run)]
