"""The processes of this machine, from /proc, without those that have ended but have not been waited for."""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from farebox.process.name import runs

# Its standard input, output and error.
_STANDARD = 3


class Process(NamedTuple):
    """One running process. A process that is ending may have no command any more."""

    pid: int
    parent: int
    group: int
    command: list[str]
    name: str = ""


def of_group(group: int) -> list[Process]:
    """Return what runs in process group `group`."""
    return [process for process in running() if process.group == group]


def descendants(parent: int) -> list[Process]:
    """Return what runs below process `parent`."""
    children = [process for process in running() if process.parent == parent]
    return [*children, *(below for child in children for below in descendants(child.pid))]


def wait_for_group(group: int, seconds: float = 120) -> None:
    """Wait until nothing runs in process group `group`."""
    _wait(lambda: of_group(group), seconds)


def children(parent: int, module: str) -> list[Process]:
    """Return the children of process `parent` that run `module`, forked or by `python -m MODULE`."""
    return [one for one in running() if one.parent == parent and runs(module, one.name, one.command[1:3])]


def kill_child(parent: int, module: str, seconds: float = 120) -> None:
    """kill -9 the first child of process `parent` that runs `module`, and wait for its end."""
    child = min(children(parent, module))
    os.kill(child.pid, signal.SIGKILL)
    _wait(lambda: [child] if Path(f"/proc/{child.pid}").exists() else [], seconds)


@contextlib.contextmanager
def without_new_files(pid: int) -> Iterator[None]:
    """Let process `pid` open nothing more, so that it can start no other either."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (_STANDARD, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def _wait(left: Callable[[], list[Process]], seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while still := left():
        assert time.monotonic() < give_up, f"still running: {still}"
        time.sleep(0.02)


def running() -> Iterator[Process]:
    """Yield each process that has not ended."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                # The name, in parentheses, may itself hold blanks and parentheses.
                before, _, stat = (folder / "stat").read_text(errors="replace").rpartition(") ")
                state, parent, group, *_ = stat.split()
                command = (folder / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
                if state not in "ZX" or len(list((folder / "task").iterdir())) > 1:
                    yield Process(int(folder.name), int(parent), int(group), command, before.partition("(")[2])
