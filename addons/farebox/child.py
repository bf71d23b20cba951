"""Child processes: settings in by standard input, which is also the line that tells that the parent lives."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from .settings import Settings

READY_VARIABLE = "FAREBOX_READY_FD"
_STANDARD_INPUT = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a child runs: `is_apart` keeps the terminal's signals from it, `log` takes what it would print."""

    is_apart: bool = False
    log: IO[bytes] | None = None


WITH_US = Place()


class Child:
    """One running child process, `python -m MODULE`. It ends when told to, or when its standard input closes."""

    def __init__(self, module: str, settings: Settings, place: Place = WITH_US) -> None:
        self.module = module
        self._ready_reader, ready_writer = os.pipe()
        package_parent = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(part for part in (package_parent, os.environ.get("PYTHONPATH")) if part)
        environment = {**os.environ, "PYTHONPATH": path, READY_VARIABLE: str(ready_writer)}
        # Ctrl-C reaches the whole group: how a child ends is its parent's to say.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=place.log,
                stderr=place.log,
                env=environment,
                process_group=0 if place.is_apart else None,
                pass_fds=[ready_writer],
            )
        finally:
            signal.signal(signal.SIGINT, handler)
            os.close(ready_writer)
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(msgspec.json.encode(settings) + b"\n")
            self.process.stdin.flush()

    def wait_ready(self, is_cancelled: Callable[[], bool] = lambda: False) -> dict[str, Any] | None:
        """Return what the child tells once it is ready, or None if it ends before, or `is_cancelled`."""
        with os.fdopen(self._ready_reader, "rb") as pipe:
            while not select.select([pipe], [], [], 0.1)[0]:
                if is_cancelled():
                    return None
            line = pipe.readline()
        return msgspec.json.decode(line) if line else None

    def ignore_ready(self) -> None:
        """Do without the news that the child is ready."""
        os.close(self._ready_reader)

    def close(self) -> None:
        """Close the child's standard input: it ends when it has done its work."""
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def wait(self, seconds: float) -> bool:
        """Wait for the child's end; kill it where that takes longer than `seconds`, and return False."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True


def settings_from_parent() -> Settings:
    """Return the Settings that the parent wrote to our standard input."""
    line = bytearray()
    while not line.endswith(b"\n") and (byte := os.read(_STANDARD_INPUT, 1)):
        line += byte
    return msgspec.json.decode(line, type=Settings)


def tell_ready(message: dict[str, Any]) -> None:
    """Tell the parent that we are at work."""
    descriptor = os.environ.pop(READY_VARIABLE, None)
    if descriptor is not None:
        with contextlib.suppress(BrokenPipeError), os.fdopen(int(descriptor), "wb") as pipe:
            pipe.write(msgspec.json.encode(message) + b"\n")


def when_parent_ends(act: Callable[[], object]) -> None:
    """Call `act`, on a thread of its own, once our standard input closes."""

    def wait() -> None:
        # Not by sys.stdin: a thread that waits in its buffer's lock would crash the interpreter's shutdown.
        while os.read(_STANDARD_INPUT, 1):
            pass
        act()

    threading.Thread(target=wait, name="parent", daemon=True).start()
