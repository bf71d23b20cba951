"""Fails parts of a ClickHouse cluster and of the recorder under load: no call may be lost or counted twice.

`make clickhouse-faults`: Debian's ClickHouse, two shards and ZooKeeper; the recorder's loop in a process of its own.
It ends its servers when it is told to end.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.support.clickhouse import Cluster

from .relay import Relay
from .stage import Stage

_POSITION, _ROWS = r"INSERT\+INTO\+spool_positions_log", r"INSERT\+INTO\+calls"
# Longer than a recorder waits for an answer.
_HUNG_SECONDS = 45.0
_KILLS = 5
_HEAD = (
    "| fault | calls | what happened | failed tries | seconds | lost | doubled | nano-USD off |",
    "|---|---|---|---|---|---|---|---|",
)


def away_keeper(stage: Stage, name: str) -> str:
    """Kill ZooKeeper: shards only read without it."""
    with stage.recorder(name):
        stage.wait_for_rows(name)
        stage.cluster.keeper.kill()
        time.sleep(stage.away_seconds)
        stage.cluster.keeper.start()
    return f"ZooKeeper away for {stage.away_seconds:.0f} s"


def killed_shard(stage: Stage, name: str) -> str:
    """Kill the shard that the recorder doesn't talk to."""
    _kill(stage, name, 1)
    return "kill -9 of the other shard, back after 5 s"


def killed_server(stage: Stage, name: str) -> str:
    """Kill the server that the recorder talks to, which spreads the rows."""
    _kill(stage, name, 0)
    return "kill -9 of the recorder's server, back after 5 s"


def hung_shard(stage: Stage, name: str) -> str:
    """Stop the other shard for longer than the recorder waits: its part of the insert goes on afterwards."""
    _hang(stage, name, 1)
    return f"SIGSTOP of the other shard for {_HUNG_SECONDS:.0f} s"


def hung_server(stage: Stage, name: str) -> str:
    """Stop the server that the recorder talks to for longer than the recorder waits."""
    _hang(stage, name, 0)
    return f"SIGSTOP of the recorder's server for {_HUNG_SECONDS:.0f} s"


def killed_recorder(stage: Stage, name: str) -> str:
    """Kill the recorder between its rows and its position, some times."""
    recorders: list[subprocess.Popen[str]] = []

    def kill() -> None:
        recorders[-1].kill()

    with Relay(stage.cluster.http[0], _POSITION, _KILLS, kill) as relay:
        while not recorders or recorders[-1].returncode:
            with stage.recorder(name, relay.port) as recorder:
                recorders.append(recorder)
        assert relay.mishaps_left == 0
    return f"{len(recorders) - 1} times kill -9 of the recorder between rows and position"


def lost_answers(stage: Stage, name: str) -> str:
    """Lose the answers to some inserts of rows and of positions, so that batches are sent again."""
    with Relay(stage.cluster.http[0], f"{_ROWS}|{_POSITION}", 10) as relay:
        with stage.recorder(name, relay.port):
            pass
        assert relay.mishaps_left == 0
    return "10 answers lost, so batches were sent again"


def _kill(stage: Stage, name: str, place: int) -> None:
    with stage.recorder(name):
        stage.wait_for_rows(name)
        stage.cluster.shards[place].kill()
        time.sleep(5)
        stage.cluster.shards[place].start()


def _hang(stage: Stage, name: str, place: int) -> None:
    with stage.recorder(name):
        stage.wait_for_rows(name)
        stage.cluster.shards[place].send(signal.SIGSTOP)
        time.sleep(_HUNG_SECONDS)
        stage.cluster.shards[place].send(signal.SIGCONT)


# ZooKeeper first: five minutes after it is back, a shard removes the parts that ZooKeeper doesn't know.
FAULTS: dict[str, Callable[[Stage, str], str]] = {
    one.__name__: one
    for one in (away_keeper, killed_shard, killed_server, hung_shard, hung_server, killed_recorder, lost_answers)
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="calls of each fault")
    parser.add_argument("--away", type=float, default=60, metavar="SECONDS", help="how long ZooKeeper is away")
    parser.add_argument(
        "--settle", type=float, default=330, metavar="SECONDS", help="how long to wait before the check"
    )
    parser.add_argument("--only", nargs="*", choices=FAULTS, default=list(FAULTS))
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = Stage(stack.enter_context(Cluster(2)), folder, asked.rows, asked.away)
        costs = {name: stage.spool(name, seed) for seed, name in enumerate(asked.only, 1)}
        lines = {name: _line(stage, name) for name in asked.only}
        print(f"waiting {asked.settle:.0f} s for what shards remove later", flush=True)
        time.sleep(asked.settle)
        found = {name: stage.found(name, cost) for name, cost in costs.items()}
        print(*_HEAD, sep="\n")
        for name, line in lines.items():
            print(f"{line} | {' | '.join(map(str, found[name]))} |", flush=True)
    return sum(any(one) for one in found.values())


def _line(stage: Stage, name: str) -> str:
    began = time.monotonic()
    what = FAULTS[name](stage, name)
    seconds = time.monotonic() - began
    line = f"| {name} | {stage.number:,} | {what} | {stage.failed_tries(name)} | {seconds:.0f}"
    print(line, flush=True)
    return line


def _end(*_: object) -> None:
    sys.exit("told to end")


if __name__ == "__main__":
    threading.excepthook = lambda told: print(told.exc_value, file=sys.stderr)
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
