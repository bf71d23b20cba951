"""How long a report takes, on a ledger of many calls: the command as it is typed, and the sums in it."""

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from farebox.store.engine import Engine
from farebox.store.schema import hourly
from sqlalchemy import func, select

from .places import Place

TIMES = 5
ASKED = {
    "by model": ["--since", "30d"],
    "by provider and day": ["--since", "30d", "--by", "provider,day"],
    "by user": ["--since", "30d", "--by", "user"],
    "by model, of one user": ["--since", "30d", "--where", "user=user-00007"],
    "by key, last 24 hours": ["--since", "24h", "--by", "key"],
}


class Latency(NamedTuple):
    """Seconds that the command takes, median and best, and its CPU seconds without the server's."""

    name: str
    seconds: float
    best: float
    ours: float


def latencies(place: Place, home: Path) -> list[Latency]:
    """Return the Latency of each report in ASKED, after one that warms the caches."""
    return [Latency(name, *_latency(place, home, options)) for name, options in ASKED.items()]


def sizes(engine: Engine) -> list[int]:
    """Return how many rows of hourly sums there are: by model, and by caller."""
    with engine.connect() as connection:
        return [int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in hourly.values()]


def _latency(place: Place, home: Path, options: list[str]) -> tuple[float, float, float]:
    command = [sys.executable, "-m", "farebox", "report", "--ledger", place.url, *options]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAREBOX_")}
    environment = {**inherited, "FAREBOX_HOME": str(home), "FAREBOX_TIMEZONE": "Europe/Berlin"}
    found = []
    for _ in range(TIMES + 1):
        start, before = time.perf_counter(), _children_seconds()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        found.append((time.perf_counter() - start, _children_seconds() - before))
    walls, ours = zip(*found[1:], strict=True)
    return statistics.median(walls), min(walls), statistics.median(ours)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
