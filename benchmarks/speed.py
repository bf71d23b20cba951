"""CPU per call of farebox and of mitmproxy alone; `make bench` puts the table into RESULTS.md.

Subjects take turns in each round: `mitmdump -q`, the same with an add-on that passes chunks on, farebox, and with
FLAGS="--before REV" farebox of another revision. CPU is that of the subject's whole process tree, read once its work
has settled, so neither the load's nor the provider's speed counts. farebox's ledger must have a row for each call.
FLAGS="--short" takes a minute; with "--check" the exit code is 1 if a ratio is above 1.3 times its target.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.support.sidecar import Sidecar, clean_environment, redirected, wait_until
from tests.support.upstream import Upstream

from .results import put
from .speed_load import HOST, Scenario, answer, run

SCENARIOS: Sequence[Scenario] = (
    Scenario("JSON, 16 clients", 16, 800),
    Scenario("burst of 100 chunks", 16, 160, chunks=100),
    Scenario("100 chunks, 5 ms apart", 16, 32, chunks=100, pause=0.005),
    Scenario("200 streams, cold", 200, 200, chunks=40, pause=0.1),
    Scenario("request of 100 KB", 8, 160, body_bytes=100_000),
    Scenario("request of 2 MB", 8, 40, body_bytes=2_000_000),
    Scenario("new connection", 16, 16),
)
# Of the CPU of stock, with a tap for streams; the check allows 1.3 times as much.
TARGETS = dict(zip((one.name for one in SCENARIOS), (0.70, 0.45, 0.60, 0.70, 0.90, 1.00, 0.75), strict=True))
STOCK, TAP, FAREBOX, BEFORE = "stock", "stock with tap", "farebox", "before"
_WARM_UP = Scenario("warm-up", 4, 40)
_ROOT = Path(__file__).resolve().parents[1]


class Subject(NamedTuple):
    """One running proxy."""

    name: str
    port: int
    authority: str
    process: psutil.Process
    sidecar: Sidecar | None

    @property
    def cpu(self) -> float:
        """CPU seconds of the process tree so far."""
        tree = [self.process, *self.process.children(recursive=True)]
        return sum(sum(one.cpu_times()[:2]) for one in tree)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--before", metavar="REV")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    scenarios, rounds = SCENARIOS, given.rounds
    if given.short:
        scenarios, rounds = [one._replace(calls=one.calls // 5) for one in SCENARIOS[:2]], 3
    with contextlib.ExitStack() as running:
        subjects = _subjects(running, given.before)
        taken = [_round(subjects, scenarios) for _ in range(rounds)]
    table = "\n".join(_table(scenarios, [one.name for one in subjects], taken))
    print(table)
    if given.check:
        return int(any(_ratio(taken, one.name, FAREBOX, _fair(one)) > 1.3 * TARGETS[one.name] for one in scenarios))
    put("CPU per call", "\n".join(_head(rounds)) + "\n\n" + table)
    return 0


def _subjects(running: contextlib.ExitStack, before: str | None) -> list[Subject]:
    upstream = running.enter_context(Upstream(answer, keep_bodies=False, hosts=(HOST,)))
    folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
    options = redirected(upstream, folder)
    stock = [running.enter_context(_mitmdump(name, folder, options, more)) for name, more in _STOCK.items()]
    revisions = {FAREBOX: _ROOT, **({BEFORE: running.enter_context(_worktree(before, folder))} if before else {})}
    ours = [running.enter_context(_farebox(name, folder, options, path)) for name, path in revisions.items()]
    subjects = [*stock, *ours]
    for subject in subjects:
        asyncio.run(run(_WARM_UP, subject.port, subject.authority))
    return subjects


_STOCK: Mapping[str, Sequence[str]] = {STOCK: (), TAP: ("-s", str(Path(__file__).with_name("pass_through.py")))}


@contextlib.contextmanager
def _mitmdump(name: str, folder: Path, options: Sequence[str], more: Sequence[str]) -> Iterator[Subject]:
    home, log = folder / name.replace(" ", "-"), folder / f"{name}.log"
    given = ["-s" if one == "--script" else one for one in options]
    command = [str(Path(sys.executable).with_name("mitmdump")), "-p", "0", "--set", f"confdir={home}", *given, *more]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=clean_environment(), stdout=out, stderr=out)
    try:
        wait_until(lambda: "listening at" in log.read_text())
        port = int(log.read_text().partition("listening at ")[2].split()[0].rpartition(":")[2].rstrip("."))
        yield Subject(name, port, str(home / "mitmproxy-ca-cert.pem"), psutil.Process(process.pid), None)
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def _farebox(name: str, folder: Path, options: Sequence[str], revision: Path) -> Iterator[Subject]:
    path = {"PYTHONPATH": str(revision / "addons")}
    with Sidecar(folder / name, *options, environment=path) as sidecar:
        process = psutil.Process(sidecar.process.pid)
        yield Subject(name, sidecar.port, sidecar.ca.strip("'"), process, sidecar)


@contextlib.contextmanager
def _worktree(revision: str, folder: Path) -> Iterator[Path]:
    path = folder / "worktree"
    git = shutil.which("git") or "git"
    subprocess.run([git, "worktree", "add", "--quiet", "--detach", str(path), revision], cwd=_ROOT, check=True)
    try:
        yield path
    finally:
        subprocess.run([git, "worktree", "remove", "--force", str(path)], cwd=_ROOT, check=True)


def _round(subjects: Sequence[Subject], scenarios: Sequence[Scenario]) -> dict[tuple[str, str], float]:
    """Return the microseconds of CPU per call, by scenario and subject."""
    return {(one.name, subject.name): _measured(subject, one) for one in scenarios for subject in subjects}


def _measured(subject: Subject, scenario: Scenario) -> float:
    before, rows = subject.cpu, len(subject.sidecar.rows()) if subject.sidecar else 0
    asyncio.run(run(scenario, subject.port, subject.authority))
    # The recorder writes up to a second later.
    time.sleep(1.5)
    spent = subject.cpu - before
    if subject.sidecar:
        assert len(subject.sidecar.rows(rows + scenario.calls)) == rows + scenario.calls
    return 1e6 * spent / scenario.calls


def _ratio(taken: Sequence[Mapping[tuple[str, str], float]], scenario: str, subject: str, to: str = STOCK) -> float:
    return statistics.median(one[scenario, subject] / one[scenario, to] for one in taken)


def _fair(scenario: Scenario) -> str:
    """Return the subject to compare with: mitmproxy alone collects a stream, and sends it as one piece."""
    return TAP if scenario.chunks else STOCK


def _table(
    scenarios: Sequence[Scenario], subjects: Sequence[str], taken: Sequence[Mapping[tuple[str, str], float]]
) -> Iterator[str]:
    yield f"| scenario | {STOCK}, microseconds | {' | '.join(subjects[1:])} | target |"
    yield "|---" * (len(subjects) + 2) + "|"
    for one in scenarios:
        stock = statistics.median(each[one.name, STOCK] for each in taken)
        ratios = " | ".join(f"{_ratio(taken, one.name, subject):.2f}" for subject in subjects[1:])
        yield f"| {one.name} | {stock:,.0f} | {ratios} | {TARGETS[one.name]:.2f} |"


def _head(rounds: int) -> Iterator[str]:
    load = os.getloadavg()[0]
    yield f"`make bench`, {datetime.now(UTC):%Y-%m-%d}, while {load:.1f} other processes wanted the two cores."
    yield ""
    yield f"CPU per call of the whole process tree, as a share of `mitmdump -q`: medians of {rounds} rounds, in which"
    yield "the subjects take turns. *with tap*: an add-on passes chunks on, as farebox does; alone,"
    yield "mitmproxy sends a stream as one piece. Targets of streams are shares of *with tap*. The rows were counted."


if __name__ == "__main__":
    sys.exit(main())
