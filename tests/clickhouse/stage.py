"""A ClickHouse cluster to fail under a recorder, and the calls of each fault."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from farebox.pricing.standard import standard
from farebox.recorder.reading_to_record import record_of
from farebox.records.reading import encode
from farebox.spool.writer import SpoolWriter
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from msgspec.structs import replace

from benchmarks.traffic import readings
from tests.support.clickhouse import Cluster
from tests.support.watcher import Watcher

_SECONDS = 900.0


class Found(NamedTuple):
    """What the ledger has of the calls of a fault, against what it should have."""

    lost: int
    doubled: int
    nanousd_off: int


class Stage:
    """A cluster, and the calls of each fault in a spool of their own, by the name of its sidecar."""

    def __init__(self, cluster: Cluster, folder: Path, number: int, away_seconds: float) -> None:
        self.cluster, self.number, self.away_seconds = cluster, number, away_seconds
        self._folder = folder
        self._pricer = standard()
        cluster.create("farebox")
        migrate(open_engine(cluster.url("farebox"), patience=60))

    def spool(self, name: str, seed: int) -> int:
        """Spool the calls of a fault and return their cost in nano-USD."""
        calls = [replace(call, sidecar=name) for call in readings(self.number, seed=seed)]
        with closing(SpoolWriter(self._folder / name / "spool", f"worker-{name}")) as spool:
            for call in calls:
                spool.append(encode(call))
        return sum(record_of(call, self._pricer).cost_nanousd or 0 for call in calls)

    @contextmanager
    def recorder(self, name: str, port: int | None = None) -> Iterator[subprocess.Popen[str]]:
        """Start a recorder, and wait for its end after the block; it ends with this process."""
        command = [sys.executable, "-m", "tests.clickhouse.recording", str(self._folder / name)]
        url = self.cluster.url("farebox", port=port)
        with (self._folder / "log").open("a") as log, (self._folder / name / "told").open("a") as told:
            recorder = subprocess.Popen([*command, url], stdout=told, stderr=log, text=True)
        watcher = Watcher(recorder.pid)
        try:
            yield recorder
            recorder.wait(timeout=_SECONDS)
        finally:
            recorder.kill()
            recorder.wait()
            watcher.end()

    def failed_tries(self, name: str) -> int:
        """Return how often the recorders of a fault told of trouble."""
        return (self._folder / name / "told").read_text().count("\n")

    def wait_for_rows(self, name: str) -> None:
        """Wait until the ledger has a quarter of the calls of a fault."""
        until = time.monotonic() + _SECONDS
        while self._found(name)[0] < self.number / 4:
            assert time.monotonic() < until, name
            time.sleep(0.2)

    def found(self, name: str, cost: int) -> Found:
        """Return how what the ledger has of a fault's calls differs from each of them once, for `cost` in total."""
        rows, different, sum_ = self._found(name)
        return Found(self.number - different, rows - different, sum_ - cost)

    def _found(self, name: str) -> tuple[int, int, int]:
        ask = f"SELECT count(), uniqExact(id), sum(cost_nanousd) FROM calls WHERE sidecar = '{name}'"
        found = self.cluster.server(1, "farebox").ask(f"{ask} FORMAT TabSeparated").split()
        return int(found[0]), int(found[1]), int(found[2]) if found[2] != "\\N" else 0
