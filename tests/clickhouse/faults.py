"""Kills parts of a ClickHouse cluster and of the recorder under load: no call may be lost or counted twice.

`make clickhouse-faults`: Debian's ClickHouse, two shards and ZooKeeper; the recorder's loop in a process of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from farebox.records.reading import encode
from farebox.spool.writer import SpoolWriter
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from msgspec.structs import replace

from benchmarks.traffic import readings
from tests.support.clickhouse import Cluster
from tests.support.samples import record_of

from .relay import Relay

_POSITION, _ROWS = r"INSERT\+INTO\+spool_positions_log", r"INSERT\+INTO\+calls"
_SECONDS = 900.0


class Stage:
    """A cluster, and the calls of each scenario in a spool of their own, by the name of its sidecar."""

    def __init__(self, cluster: Cluster, folder: Path, number: int, away_seconds: float) -> None:
        self.cluster, self.number, self.away_seconds = cluster, number, away_seconds
        self._folder = folder
        cluster.create("farebox")
        migrate(open_engine(cluster.url("farebox"), patience=60))

    def spool(self, name: str, seed: int) -> int:
        """Spool the calls of a scenario and return their cost in nano-USD."""
        calls = [replace(call, sidecar=name) for call in readings(self.number, seed=seed)]
        with closing(SpoolWriter(self._folder / name / "spool", f"worker-{name}")) as spool:
            for call in calls:
                spool.append(encode(call))
        return sum(record_of(call).cost_nanousd or 0 for call in calls)

    def start(self, name: str, port: int | None = None) -> subprocess.Popen[str]:
        """Start a recorder for the scenario."""
        command = [sys.executable, "-m", "tests.clickhouse.recording", str(self._folder / name)]
        url = self.cluster.url("farebox", port=port)
        with (self._folder / "log").open("a") as log:
            return subprocess.Popen([*command, url], stdout=subprocess.PIPE, stderr=log, text=True)

    def wait(self, recorder: subprocess.Popen[str]) -> int:
        """Wait for the end of `recorder`, and return how often it told of trouble."""
        told, _ = recorder.communicate(timeout=_SECONDS)
        assert recorder.returncode == 0, told
        return told.count("\n")

    def wait_for_rows(self, name: str) -> None:
        """Wait until the ledger has a quarter of the calls of a scenario."""
        until = time.monotonic() + _SECONDS
        while self._found(name)[0] < self.number / 4:
            assert time.monotonic() < until, name
            time.sleep(0.2)

    def check(self, name: str, cost: int) -> tuple[bool, str]:
        """Return whether the ledger has each call of a scenario once, and what it has."""
        number, different, sum_ = self._found(name)
        is_right = (number, different, sum_) == (self.number, self.number, cost)
        lost, doubled = self.number - different, number - different
        return is_right, f"{number:,} rows, {lost} lost, {doubled} doubled, {sum_ - cost} nano-USD too many"

    def _found(self, name: str) -> tuple[int, int, int]:
        ask = f"SELECT count(), uniqExact(id), sum(cost_nanousd) FROM calls WHERE sidecar = '{name}'"
        found = self.cluster.server(1, "farebox").ask(f"{ask} FORMAT TabSeparated").split()
        return int(found[0]), int(found[1]), int(found[2]) if found[2] != "\\N" else 0


def away_keeper(stage: Stage, name: str) -> str:
    """Kill ZooKeeper: shards only read without it."""
    recorder = stage.start(name)
    stage.wait_for_rows(name)
    stage.cluster.keeper.kill()
    time.sleep(stage.away_seconds)
    stage.cluster.keeper.start()
    return f"away for {stage.away_seconds:.0f} s, {stage.wait(recorder)} failed tries"


def killed_shard(stage: Stage, name: str) -> str:
    """Kill the shard that the recorder doesn't talk to."""
    return _killed(stage, name, 1)


def killed_server(stage: Stage, name: str) -> str:
    """Kill the server that the recorder talks to, which spreads the rows."""
    return _killed(stage, name, 0)


def killed_recorder(stage: Stage, name: str) -> str:
    """Kill the recorder between its rows and its position, some times."""
    kills = 5
    recorders: list[subprocess.Popen[str]] = []

    def kill() -> None:
        recorders[-1].kill()

    with Relay(stage.cluster.http[0], _POSITION, kills, kill) as relay:
        while not recorders or recorders[-1].returncode:
            recorders.append(stage.start(name, relay.port))
            recorders[-1].communicate(timeout=_SECONDS)
        assert relay.mishaps_left == 0
    return f"{len(recorders) - 1} kills"


def lost_answers(stage: Stage, name: str) -> str:
    """Lose the answers to some inserts of rows and of positions, so that batches are sent again."""
    with Relay(stage.cluster.http[0], f"{_ROWS}|{_POSITION}", 10) as relay:
        tries = stage.wait(stage.start(name, relay.port))
        assert relay.mishaps_left == 0
    return f"10 answers lost, {tries} failed tries"


def _killed(stage: Stage, name: str, place: int) -> str:
    recorder = stage.start(name)
    stage.wait_for_rows(name)
    stage.cluster.shards[place].kill()
    time.sleep(5)
    stage.cluster.shards[place].start()
    return f"{stage.wait(recorder)} failed tries"


# ZooKeeper first: five minutes after it is back, a shard removes the parts that ZooKeeper doesn't know.
SCENARIOS: dict[str, Callable[[Stage, str], str]] = {
    one.__name__: one for one in (away_keeper, killed_shard, killed_server, killed_recorder, lost_answers)
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="calls of each scenario")
    parser.add_argument("--away", type=float, default=60, metavar="SECONDS", help="how long ZooKeeper is away")
    parser.add_argument(
        "--settle", type=float, default=330, metavar="SECONDS", help="how long to wait before the check"
    )
    parser.add_argument("--only", nargs="*", choices=SCENARIOS, default=list(SCENARIOS))
    asked = parser.parse_args()
    failed, costs = 0, dict[str, int]()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = Stage(stack.enter_context(Cluster(2)), folder, asked.rows, asked.away)
        for seed, name in enumerate(asked.only, 1):
            costs[name] = stage.spool(name, seed)
            began = time.monotonic()
            print(f"{name}: {SCENARIOS[name](stage, name)}, {time.monotonic() - began:.0f} s", flush=True)
        print(f"waiting {asked.settle:.0f} s for what shards remove later", flush=True)
        time.sleep(asked.settle)
        for name, cost in costs.items():
            is_right, found = stage.check(name, cost)
            failed += not is_right
            print(f"{'ok' if is_right else 'FAILED'}: {name}: {found}", flush=True)
    return failed


if __name__ == "__main__":
    threading.excepthook = lambda told: print(told.exc_value, file=sys.stderr)
    sys.exit(main())
