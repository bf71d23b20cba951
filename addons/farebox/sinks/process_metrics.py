"""CPU, memory and open files of each of farebox's processes, under the names that Prometheus' clients use."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_LABEL = ("process",)


class ProcessMetrics(Collector):
    """Reports the recorder and the `workers`, process ids by name; a process that is gone is left out."""

    def __init__(self, registry: CollectorRegistry, workers: Callable[[], Mapping[str, int]]) -> None:
        self._workers = workers
        self._processes: dict[int, Any] = {}
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        cpu = CounterMetricFamily("process_cpu_seconds", "Processor time of the process in seconds.", labels=_LABEL)
        memory = GaugeMetricFamily("process_resident_memory_bytes", "Resident memory of the process.", labels=_LABEL)
        files = GaugeMetricFamily("process_open_fds", "Files and sockets that the process has open.", labels=_LABEL)
        start = GaugeMetricFamily("process_start_time_seconds", "When the process started.", labels=_LABEL)
        families: tuple[CounterMetricFamily | GaugeMetricFamily, ...] = (cpu, memory, files, start)
        for name, process in self._current().items():
            # Another user's process, or one that has just ended.
            with suppress(_psutil().Error, OSError), process.oneshot():
                times = process.cpu_times()
                values = times.user + times.system, process.memory_info().rss, process.num_fds(), process.create_time()
                for metric, value in zip(families, values, strict=True):
                    metric.add_metric((name,), value)
        yield from families

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def _current(self) -> dict[str, Any]:
        """Return the processes by name; each is opened once, which also tells when its number was given to another."""
        psutil = _psutil()
        pids = {"recorder": os.getpid(), **self._workers()}
        found = {}
        for name, pid in pids.items():
            with suppress(psutil.Error):
                known = self._processes.get(pid)
                found[name] = known if known is not None and known.is_running() else psutil.Process(pid)
        self._processes = {process.pid: process for process in found.values()}
        return found


def _psutil() -> Any:
    # A start need not wait for it: the first scrape imports it.
    return import_module("psutil")
