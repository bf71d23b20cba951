"""The number of workers that `workers: auto` stands for, by the cores that this process may use."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AUTO = "auto"
# Beyond that, a ledger is the limit.
_MOST = 8
_PROCESSES = Path("/proc/self/cgroup")
_CGROUPS = Path("/sys/fs/cgroup")


def with_number_of_workers(content: dict[str, Any]) -> dict[str, Any]:
    """Return the settings in `content` with a number in place of `workers: auto`."""
    if content.get("workers") != AUTO:
        return content
    return {**content, "workers": workers_for(usable_cores())}


def workers_for(cores: float) -> int:
    """Return the number of workers for some cores: one for each two.

    A worker fills one core. The clients, the recorder, the ledger and the system need the other: with a worker for
    each core, calls would wait for cores instead of providers.
    """
    return max(1, min(int(cores // 2), _MOST))


def usable_cores(processes: Path = _PROCESSES, cgroups: Path = _CGROUPS) -> float:
    """Return how many cores this process may use; a container's limit can be less than one."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = float(len(affinity(0)) if affinity else os.cpu_count() or 1)
    return min([cores, *_limits(processes, cgroups)])


def _limits(processes: Path, cgroups: Path) -> Iterator[float]:
    """Yield the limits of this process's control group and of those around it (cgroup v2), in cores."""
    try:
        lines = processes.read_text().splitlines()
    except OSError:
        return
    path = next((line.removeprefix("0::").strip("/") for line in lines if line.startswith("0::")), "")
    group = cgroups / path
    for folder in (group, *group.parents):
        if not folder.is_relative_to(cgroups):
            return
        try:
            quota, period = (folder / "cpu.max").read_text().split()
            yield int(quota) / int(period)
        except (OSError, ValueError, ZeroDivisionError):
            # The file is missing, or says `max`: no limit.
            continue
