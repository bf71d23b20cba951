"""Four workers under many clients, streams and plain calls, while `report` and `export` read the ledger."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.result import Result
from tests.faults.stage import Stage, wait_until
from tests.support.sidecar import Sidecar, clean_environment

_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("report", "--format", "json"),
    ("export", "--format", "jsonl"),
    ("tail", "--no-follow"),
)


def run(stage: Stage) -> Result:
    sidecar = stage.start("--workers", "4")
    calls = stage.scale.clients * 5
    broken: list[str] = []
    with _readers(stage, broken), stage.load(sidecar, calls, "--clients", str(stage.scale.clients)) as load:
        completed = load.finish_whole(broken)
    wait_until(lambda: _counted(sidecar) >= calls, "the metrics")
    if _counted(sidecar) != calls:
        broken.append(f"farebox_calls_total counts {_counted(sidecar)} calls")
    if "locked" in sidecar.log.read_text():
        broken.append("the log tells of a lock")
    return stage.close(sidecar, completed, broken, [f"{stage.scale.clients} clients at a time"])


def _counted(sidecar: Sidecar) -> int:
    return int(sum(value for name, value in sidecar.metrics().items() if name.startswith("farebox_calls_total")))


@contextmanager
def _readers(stage: Stage, broken: list[str]) -> Iterator[None]:
    """Read the ledger all the while, as users do; no command may fail."""
    script = 'while [ ! -e done ]; do "$@" > out 2> err || { cat err >> failed; }; echo once >> times; done'
    running = []
    for command in _COMMANDS:
        folder = stage.folder / command[0]
        folder.mkdir()
        running.append(
            subprocess.Popen(
                ["sh", "-c", script, "sh", sys.executable, "-m", "farebox", *command, "--ledger", stage.ledger.url],
                cwd=folder,
                env={**clean_environment(), "FAREBOX_HOME": str(stage.home)},
            )
        )
    try:
        yield
    finally:
        for command, process in zip(_COMMANDS, running, strict=True):
            folder = stage.folder / command[0]
            (folder / "done").touch()
            process.wait(120)
            if (folder / "failed").exists():
                broken.append(f"{command[0]}: {(folder / 'failed').read_text()[:200]}")
            if not (folder / "times").exists():
                broken.append(f"{command[0]} never ran")
