"""kill -9 of the whole process group under load: a call that its client saw complete is in the ledger, once."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import processes
from .conftest import StartSidecar, StartUpstream
from .load import answer
from .sidecar import Sidecar, clean_environment

ROUNDS = int(os.environ.get("FAREBOX_KILL_ROUNDS", "2"))
CALLS = 200
_LEAST_COMPLETED = 10
_TRIES = 5
_LOAD_SECONDS = 100.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + 60 * ROUNDS)]


@dataclass(frozen=True)
class Killed:
    """One kill under load: the ids of the calls that their client saw complete before."""

    prefix: str
    completed: list[str]

    @property
    def is_telling(self) -> bool:
        return _LEAST_COMPLETED <= len(self.completed) < CALLS


def test_what_a_client_saw_complete_survives_a_kill(
    start_upstream: StartUpstream, start_sidecar: StartSidecar, tmp_path: Path
) -> None:
    upstream = start_upstream(answer)
    seed = random.randrange(1 << 32)
    print(f"\nseed {seed}")
    draw = random.Random(seed)

    kills = [
        kill
        for number in range(ROUNDS)
        for kill in _round(lambda: start_sidecar(upstream), f"round-{number}", tmp_path, draw)
    ]
    with start_sidecar(upstream) as last:
        _wait_until_read(last)
        assert last.stop() == 0

    rows = Counter(_exported_ids(last.home))
    for kill in kills:
        recorded = sum(response_id.startswith(f"{kill.prefix}-") for response_id in rows)
        print(f"{kill.prefix}: {len(kill.completed)} completed, {CALLS - len(kill.completed)} cut, {recorded} rows")
    completed = [call_id for kill in kills for call_id in kill.completed]
    assert [call_id for call_id in completed if call_id not in rows] == []
    assert [response_id for response_id, number in rows.items() if number > 1] == []
    assert list((last.home / "spool").iterdir()) == []
    assert processes.of_group(last.process.pid) == []


def _round(start: Callable[[], Sidecar], name: str, folder: Path, draw: random.Random) -> list[Killed]:
    """Return the kills of one round: a moment at which too little, or nothing more, was under way is drawn again."""
    kills: list[Killed] = []
    while not kills or not kills[-1].is_telling:
        assert len(kills) < _TRIES, f"no moment was a telling one: {[len(kill.completed) for kill in kills]}"
        kills.append(_kill_under_load(start(), f"{name}-{len(kills)}", folder, draw))
    return kills


def _kill_under_load(sidecar: Sidecar, prefix: str, folder: Path, draw: random.Random) -> Killed:
    told = folder / f"{prefix}.told"
    with told.open("wb") as file:
        load = subprocess.Popen(
            [sys.executable, "-m", "tests.load", "--calls", str(CALLS), "--prefix", prefix],
            env={**clean_environment(), **_client_environment(sidecar)},
            cwd=Path(__file__).parent.parent,
            stdout=file,
        )
    try:
        _wait_for_lines(told, draw.randrange(_LEAST_COMPLETED, CALLS - 20), load)
        time.sleep(draw.uniform(0, 0.1))
        sidecar.kill()
        assert load.wait(_LOAD_SECONDS) == 0
    finally:
        load.kill()
        load.wait()
    processes.wait_for_group(sidecar.process.pid)
    return Killed(prefix, told.read_text().split())


def _client_environment(sidecar: Sidecar) -> dict[str, str]:
    """Return what the banner tells a client to set."""
    exports = (line.split()[1:] for line in sidecar.banner.splitlines() if line.strip().startswith("export "))
    named = (assignment.partition("=") for words in exports for assignment in words)
    return {name: value for name, _, value in named}


def _wait_for_lines(file: Path, number: int, load: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _LOAD_SECONDS
    while file.read_bytes().count(b"\n") < number and load.poll() is None:
        assert time.monotonic() < give_up, f"{file.read_bytes().count(b'\n')} calls ended, {number} awaited"
        time.sleep(0.002)


def _wait_until_read(sidecar: Sidecar) -> None:
    """Wait until the spools of the killed workers are taken away: the running one's is left."""
    give_up = time.monotonic() + 60
    while len(list((sidecar.home / "spool").iterdir())) > 1:
        assert time.monotonic() < give_up, f"spools are left: {list((sidecar.home / 'spool').iterdir())}"
        time.sleep(0.05)


def _exported_ids(home: Path) -> list[str]:
    """Return the response ids that `farebox export` prints, of the calls that have one."""
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "export", "--format", "jsonl"],
        env={**clean_environment(), "FAREBOX_HOME": str(home)},
        cwd=home.parent,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    named = (json.loads(line)["response_id"] for line in done.stdout.splitlines())
    return [response_id for response_id in named if response_id]
