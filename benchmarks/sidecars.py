"""Many sidecars that record into one ledger: lag, CPU per row and memory at a steady rate of calls.

`make bench-sidecars`: a generator appends made-up calls to the spools of ten sidecars, 1,000 a second together, and the
real recorder of each records them. FLAGS="--seconds 180 --rate 500 --ledger Postgres" is shorter.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import psutil
from farebox.config.settings import Settings
from farebox.process.child import Child, SpawnOptions
from farebox.records.reading import encode
from farebox.spool.writer import SpoolWriter
from farebox.store import queries
from farebox.store.schema import calls
from farebox.store.summary import Scope
from msgspec.structs import replace
from sqlalchemy import func, select
from uuid_utils import uuid7

from . import results
from .places import PLACES, Place
from .traffic import readings

RECORDER = "farebox.recorder"
_TICK, _SAMPLE_SECONDS, _DRAIN_SECONDS = 0.02, 2.0, 300.0
_EXPLAINED = """
A generator appends calls to the spools, evenly over the sidecars, and the recorder of each, as `farebox up` starts it,
records them. *lag* is the age of a sidecar's newest row in the ledger, every two seconds. CPU is in microseconds per
row, memory in MB: of all recorders together, the largest of them, and the server's (shared pages once). *held/s*: rows
a second when the generator stopped. *behind*: calls in no row then, and the seconds until they were. *lost*: calls
without a row.
"""
_COLUMNS = (
    *("ledger", "sidecars", "seconds", "asked/s", "held/s", "lag median", "95 %", "longest", "behind"),
    *("recorders' CPU", "server's", "generator's", "recorders' MB", "largest", "server's MB", "lost", "load"),
)
_HEAD = f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"


class Sidecar:
    """The spool of a sidecar, which a generator fills, and its recorder."""

    def __init__(self, name: str, folder: Path, ledger: str) -> None:
        self.name = name
        home = folder / name
        self.spool = SpoolWriter(home / "spool", f"worker-{name}")
        settings = Settings(home=str(home), ledger=ledger, sidecar=name, port=0, metrics_port=0, timezone="UTC")
        with (folder / "log").open("ab") as log:
            self._recorder = Child(RECORDER, settings, SpawnOptions(is_apart=True, log=log))
        self.process = psutil.Process(self._recorder.process.pid)

    def wait_ready(self) -> None:
        assert self._recorder.wait_ready() is not None, self._recorder.problem()

    def close(self) -> None:
        self.spool.close()
        self._recorder.stop()
        self._recorder.wait(60)
        self._recorder.forget()


class Watch:
    """Looks at a ledger every two seconds, beside the generator: how old the newest row of each sidecar is."""

    def __init__(self, place: Place, names: Sequence[str]) -> None:
        self.lags: list[float] = []
        self._place, self._names = place, names
        self._ended = threading.Event()
        self._began = datetime.now(UTC)
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            now = datetime.now(UTC)
            newest = func.max(calls.c.started_at)
            recent = calls.c.started_at >= max(self._began, now - timedelta(minutes=5))
            query = select(calls.c.sidecar, newest).where(recent).group_by(calls.c.sidecar)
            with self._place.engine.connect() as connection:
                found = {name: at.replace(tzinfo=at.tzinfo or UTC) for name, at in connection.execute(query)}
            asked = datetime.now(UTC)
            self.lags += [(asked - found.get(name, self._began)).total_seconds() for name in self._names]


class Load(NamedTuple):
    """What is asked: calls a second over some sidecars, for some seconds."""

    sidecars: int
    rate: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", choices=PLACES, nargs="*", default=["Postgres", "ClickHouse-18.16"])
    parser.add_argument("--sidecars", type=int, default=10)
    parser.add_argument("--rate", type=int, default=1_000, help="calls a second of all sidecars together")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--print", action="store_true", help="leave RESULTS.md as it is")
    asked = parser.parse_args()
    when = f"`make bench-sidecars`, {datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores shared with other work."
    lines = [when, _EXPLAINED, *_HEAD]
    for name in asked.ledger:
        lines.append(_line(name, Load(asked.sidecars, asked.rate, asked.seconds)))
        print(*lines[-1:] if len(lines) > len(_HEAD) + 3 else lines, sep="\n", flush=True)
    if not asked.print:
        results.put("Many sidecars, one ledger", "\n".join(lines))


def _line(name: str, load: Load) -> str:
    with tempfile.TemporaryDirectory(prefix="farebox-bench-") as text, ExitStack() as stack:
        folder = Path(text)
        place = stack.enter_context(PLACES[name](folder))
        sidecars = list(stack.enter_context(_running(place, folder, load.sidecars)))
        cpu: Sequence[Callable[[], float]] = (
            lambda: sum(map(_seconds, sidecars)),
            place.server_seconds,
            time.process_time,
        )
        before = [clock() for clock in cpu]
        with closing(_Ending(Watch(place, [one.name for one in sidecars]))) as watch:
            sent, took = _generate(sidecars, load)
            generator = time.process_time() - before[2]
        at_end, memory = _rows(place), _memory(place, sidecars)
        waited = _drained(place, sent)
        used = [clock() - begun for clock, begun in zip(cpu[:2], before, strict=False)]
        lags = sorted(watch.watch.lags)
        shown = (
            *(name, load.sidecars, f"{took:.0f}", f"{load.rate:,}", f"{at_end / took:,.0f}"),
            *(f"{lag:.1f} s" for lag in (statistics.median(lags), lags[int(0.95 * len(lags))], lags[-1])),
            f"{sent - at_end:,}, {waited:.0f} s",
            *(f"{seconds / sent * 1e6:.0f}" for seconds in (*used, generator)),
            *(f"{amount / 1e6:.0f}" for amount in memory),
            *(sent - _rows(place), f"{os.getloadavg()[0]:.1f}"),
        )
        return f"| {' | '.join(map(str, shown))} |"


class _Ending(NamedTuple):
    watch: Watch

    def close(self) -> None:
        self.watch.end()


@contextmanager
def _running(place: Place, folder: Path, number: int) -> Iterator[list[Sidecar]]:
    with ExitStack() as stack:
        sidecars = [Sidecar(f"s{place_}", folder, place.url) for place_ in range(number)]
        for sidecar in sidecars:
            stack.callback(sidecar.close)
        for sidecar in sidecars:
            sidecar.wait_ready()
        yield sidecars


def _generate(sidecars: Sequence[Sidecar], load: Load) -> tuple[int, float]:
    """Append calls at the rate of `load`; return how many, and in how many seconds."""
    samples, sent, began = readings(5_000), 0, time.monotonic()
    while (passed := time.monotonic() - began) < load.seconds:
        for number in range(sent, int(passed * load.rate)):
            sidecar, now = sidecars[number % len(sidecars)], time.time_ns()
            call = replace(samples[number % len(samples)], id=str(uuid7()), started_at=now, sidecar=sidecar.name)
            sidecar.spool.append(encode(call))
            sent += 1
        time.sleep(_TICK)
    return sent, time.monotonic() - began


def _drained(place: Place, sent: int) -> float:
    """Wait until the ledger has `sent` rows, or for long; return the seconds."""
    began = time.monotonic()
    while _rows(place) < sent and time.monotonic() - began < _DRAIN_SECONDS:
        time.sleep(0.5)
    return time.monotonic() - began


def _rows(place: Place) -> int:
    return queries.number_of_calls(place.engine, Scope())


def _seconds(sidecar: Sidecar) -> float:
    return sum(sidecar.process.cpu_times()[:2])


def _memory(place: Place, sidecars: Sequence[Sidecar]) -> tuple[int, int, int]:
    found = [one.process.memory_full_info().uss for one in sidecars]
    return sum(found), max(found), place.server_memory()


if __name__ == "__main__":
    main()
