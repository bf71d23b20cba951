"""Steady load for a while: memory, file handles and the spool of a sidecar must be flat, and no call lost.

`python -m tests.soak --seconds 600`; it prints what it measured, and its exit code is 1 where something grew.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psutil
from farebox.spool.bound import used

from tests.faults.ledgers import rows
from tests.faults.loading import Load
from tests.faults.stage import RECORDER, WORKER, dropped, wait_until
from tests.load import answer
from tests.support.processes import children
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Upstream

SECONDS = 600.0
WORKERS = 2
_SAMPLES = 40
# So that segments are finished, and taken away, every few seconds.
_ENVIRONMENT = {"FAREBOX_SPOOL_LIMIT": "4MiB"}
_SEGMENT = (4 << 20) // (8 * WORKERS)
# How much a process may grow once it is warm: two thirds of a short run are warming up.
_GROWTH, _GROWTH_OF_SHORT, _SHORT = 0.05, 0.3, 120.0
_MORE_HANDLES = 8


class Sample(NamedTuple):
    """How the sidecar was doing: bytes of memory and open files, of recorder and workers, and the spool's bytes."""

    seconds: float
    calls: int
    recorder: int
    recorder_files: int
    workers: int
    workers_files: int
    spool: int

    def line(self) -> str:
        recorder, workers = self.recorder / (1 << 20), self.workers / (1 << 20)
        return (
            f"{self.seconds:6.0f} s {self.calls:8} calls   spool {self.spool / 1024:7.0f} KiB   "
            f"recorder {recorder:6.1f} MiB {self.recorder_files:4} files   "
            f"workers {workers:6.1f} MiB {self.workers_files:4} files"
        )


def soak(seconds: float, folder: Path) -> list[str]:
    """Print samples for so many `seconds`; return what is not as it must be."""
    with ExitStack() as running:
        upstream = running.enter_context(Upstream(answer))
        arguments = (*redirected(upstream, folder), "--workers", str(WORKERS))
        sidecar = running.enter_context(Sidecar(folder / "home", *arguments, environment=_ENVIRONMENT))
        options = ("--clients", "16", "--pace", "0.3", "--seconds", str(seconds))
        load = running.enter_context(Load(sidecar, folder / "soak.told", 1_000_000_000, *options))
        samples = list(_sampled(sidecar, upstream, load, seconds / _SAMPLES))
        completed = load.finish()
        url = f"sqlite:///{sidecar.home / 'ledger.db'}"
        with suppress(AssertionError):
            wait_until(lambda: len(rows(url)) >= len(completed), "the ledger")
        gone, code = dropped(sidecar), sidecar.stop()
        recorded = rows(url)
    lost = len(set(completed) - set(recorded))
    twice = recorded.total() - len(recorded)
    print(f"{len(completed)} complete, {recorded.total()} rows, {lost} lost, {twice} duplicated, {gone} dropped")
    wrong = [f"{lost} lost, {twice} duplicated, {gone} dropped"] if lost or twice or gone else []
    return [*wrong, *([f"the exit code is {code}"] if code else []), *growth(samples, seconds)]


def growth(samples: Sequence[Sample], seconds: float) -> list[str]:
    """Return what grew between the third quarter of the samples and the last."""
    quarter = len(samples) // 4
    before, after = samples[-2 * quarter : -quarter], samples[-quarter:]
    allowed = 1 + (_GROWTH if seconds >= _SHORT else _GROWTH_OF_SHORT)
    found = []
    for name in ("recorder", "workers"):
        was, is_now = (statistics.median(getattr(one, name) for one in part) for part in (before, after))
        if is_now > was * allowed:
            found.append(f"the memory of {name} grew from {was:.0f} to {is_now:.0f} bytes")
        was, is_now = (max(getattr(one, f"{name}_files") for one in part) for part in (before, after))
        if is_now > was + _MORE_HANDLES:
            found.append(f"the open files of {name} grew from {was} to {is_now}")
    # Of each worker what is read, and what is being written.
    if (most := max(one.spool for one in after)) > 2 * WORKERS * _SEGMENT:
        found.append(f"the spool has up to {most} bytes")
    return found


def _sampled(sidecar: Sidecar, upstream: Upstream, load: Load, pause: float) -> Iterator[Sample]:
    load.wait_for(1)
    began = time.monotonic()
    for number in count(1):
        while time.monotonic() < began + number * pause:
            if load.is_over:
                return
            time.sleep(0.05)
        # The provider is of this process, and need not remember.
        upstream.asked.clear()
        sample = _sample(sidecar, load, time.monotonic() - began)
        print(sample.line(), flush=True)
        yield sample


def _sample(sidecar: Sidecar, load: Load, seconds: float) -> Sample:
    recorder, workers = (_figures(sidecar, module) for module in (RECORDER, WORKER))
    return Sample(seconds, load.number, *recorder, *workers, used(sidecar.home / "spool"))


def _figures(sidecar: Sidecar, module: str) -> tuple[int, int]:
    """Return the memory and the open files of the processes that run MODULE."""
    ones = [psutil.Process(process.pid) for process in children(sidecar.process.pid, module)]
    return sum(one.memory_info().rss for one in ones), sum(one.num_fds() for one in ones)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("FAREBOX_SOAK_SECONDS", SECONDS)))
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="farebox-soak-") as folder:
        wrong = soak(seconds, Path(folder))
    print("; ".join(["FAILED", *wrong]) if wrong else "flat")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
