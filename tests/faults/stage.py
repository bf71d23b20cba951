"""What every fault is played on: a local provider, sidecars in front of it, a ledger, load."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import ledgers
from tests.faults.ledgers import Ledger
from tests.faults.loading import Load
from tests.faults.result import Result
from tests.support import processes
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Upstream

RECORDER, WORKER = "farebox.recorder", "farebox.proxy"
_SECONDS = 240.0


@dataclass(frozen=True)
class Scale:
    """How much of everything: rounds of what is repeated, calls of a load, seconds that a hang lasts, spooled rows."""

    rounds: int
    calls: int
    clients: int
    seconds: float
    spooled: int


FULL = Scale(rounds=50, calls=200, clients=200, seconds=75, spooled=10_000)
SHORT = Scale(rounds=2, calls=40, clients=30, seconds=1, spooled=200)


@dataclass(frozen=True)
class Stage:
    """One fault's folder and parts; all that was started ends with `running`."""

    folder: Path
    home: Path
    upstream: Upstream
    ledger: Ledger
    scale: Scale
    draw: random.Random
    running: ExitStack
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Sidecar:
        """Start a sidecar on the ledger, with the data folder `home`."""
        given = (*redirected(self.upstream, self.folder), "--ledger", self.ledger.url, *arguments)
        return self.running.enter_context(Sidecar(self.home, *given, environment=environment))

    def load(self, sidecar: Sidecar, calls: int, *options: str) -> Load:
        """Start `calls` calls through `sidecar`."""
        told = self.folder / f"load{next(self._numbers)}.told"
        return self.running.enter_context(Load(sidecar, told, calls, *options))

    def calls(self, sidecar: Sidecar, broken: list[str], *options: str) -> list[str]:
        """Make the scale's number of calls; return the completed ones. One that did not complete is `broken`."""
        with self.load(sidecar, self.scale.calls, *options) as load:
            return load.finish_whole(broken)

    def rows(self) -> Counter[str]:
        """Return how often each response id is in the ledger."""
        return ledgers.rows(self.ledger.url)

    def wait_until_recorded(self, sidecar: Sidecar, completed: Sequence[str]) -> None:
        """Wait until all that is `completed` and not dropped is in the ledger, and spools of gone workers are not.

        What does not come in time is for the result to find missing.
        """
        workers = len(processes.children(sidecar.process.pid, WORKER))
        give_up = time.monotonic() + _SECONDS
        while time.monotonic() < give_up:
            missing = len(set(completed) - set(self.rows()))
            if missing <= dropped(sidecar) and len(spools(sidecar)) <= workers:
                return
            time.sleep(0.2)

    def close(
        self,
        sidecar: Sidecar,
        completed: Sequence[str],
        broken: Sequence[str] = (),
        notes: Sequence[str] = (),
        *,
        may_drop: bool = False,
    ) -> Result:
        """Return the result, once all is recorded and the sidecar has stopped in order."""
        self.wait_until_recorded(sidecar, completed)
        gone = dropped(sidecar)
        found = [*broken, *([] if gone == 0 or may_drop else [f"{gone} calls are counted as dropped"])]
        if code := sidecar.stop(60):
            found.append(f"the exit code of the stop is {code}")
        found += [f"{path} is left" for path in spools(sidecar)]
        least = self.scale.calls // 4
        return Result(completed, self.rows(), least, gone if may_drop else None, found, notes)


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something; AssertionError where it does not come to be."""
    give_up = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < give_up, f"waited {_SECONDS:.0f} s for {what}"
        time.sleep(0.05)


def pid_of(sidecar: Sidecar, module: str) -> int:
    """Return the process of `sidecar` that runs MODULE; of several workers the first."""
    wait_until(lambda: bool(processes.children(sidecar.process.pid, module)), f"{module} to run")
    return min(process.pid for process in processes.children(sidecar.process.pid, module))


def spools(sidecar: Sidecar) -> list[Path]:
    """Return the spools of workers, those that are gone included."""
    return [path for path in (sidecar.home / "spool").iterdir() if not path.name.startswith(".")]


def dropped(sidecar: Sidecar) -> int:
    """Return what `sidecar` counts as lost; 0 while its recorder is on its way."""
    try:
        return int(sidecar.metrics()["farebox_records_dropped_total"])
    except OSError:
        return 0
