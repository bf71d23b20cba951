"""CPU, memory and open files of farebox's processes."""

import os
import subprocess
import sys
from pathlib import Path

from farebox.sinks.process_metrics import ProcessMetrics
from prometheus_client import CollectorRegistry

NAMES = (
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "process_start_time_seconds",
)


def test_each_process_is_reported_until_it_ends() -> None:
    registry, workers = CollectorRegistry(), dict[str, int]()
    ProcessMetrics(registry, lambda: workers)
    with subprocess.Popen(
        [sys.executable, "-c", "sum(range(3_000_000)); print(flush=True); input()"], stdin=-1, stdout=-1
    ) as child:
        assert child.stdout
        child.stdout.readline()
        workers["worker_1"] = child.pid

        alive = [registry.get_sample_value(name, {"process": "worker_1"}) for name in NAMES]
        child.communicate(b"\n", timeout=60)

    assert all(value is not None and value > 0 for value in alive)
    assert registry.get_sample_value("process_open_fds", {"process": "worker_1"}) is None
    assert registry.get_sample_value("process_open_fds", {"process": "recorder"}) is not None


def test_the_recorder_is_this_process() -> None:
    registry = CollectorRegistry()
    ProcessMetrics(registry, dict)

    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = registry.get_sample_value("process_resident_memory_bytes", {"process": "recorder"})

    assert memory is not None
    assert abs(memory - pages * os.sysconf("SC_PAGE_SIZE")) < 50_000_000
