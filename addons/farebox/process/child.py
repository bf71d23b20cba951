"""Child processes: standard input brings the settings and the order to end, and closes if the parent dies."""

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

from ..config.settings import Settings
from ..errors import FareboxError
from . import forking
from .forking import ForkedProcess

PIPE_VARIABLE = "FAREBOX_PIPE"
# The argument of a recorder that serves one `farebox run`.
OF_RUN = "run"
# The key of the message of a child that ends before it is ready.
PROBLEM = "problem"
READY_SECONDS = 120.0
_POLL_SECONDS = 0.1
_STANDARD_INPUT = 0


@dataclass(frozen=True, slots=True)
class SpawnOptions:
    """Where a child runs: `is_apart` keeps the terminal's signals from it, `log` gets its output.

    With `forks`, it is forked from this process where that is safe, and needn't import what this one has imported.
    """

    is_apart: bool = False
    log: IO[bytes] | None = None
    forks: bool = False


DEFAULT_SPAWN = SpawnOptions()


Process = subprocess.Popen[bytes] | ForkedProcess


class Child:
    """One running child process, `python -m MODULE ARGUMENTS`.

    It ends when `stop` is called, or when its standard input closes, as it does if we die. OSError if no process can be
    started.
    """

    def __init__(
        self, module: str, settings: Settings, options: SpawnOptions = DEFAULT_SPAWN, arguments: tuple[str, ...] = ()
    ) -> None:
        self.name = " ".join((module, *arguments))
        self._received = b""
        self._pipe, pipe_end = os.pipe()
        start = _forked if options.forks and forking.is_safe() else _spawned
        # Ctrl-C reaches the whole process group, but the parent decides how a child ends.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process = start([module, *arguments], pipe_end, options)
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            signal.signal(signal.SIGINT, handler)
            os.close(pipe_end)
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(msgspec.json.encode(settings) + b"\n")
            self.process.stdin.flush()

    def wait_ready(
        self, is_cancelled: Callable[[], bool] = lambda: False, limit: float = READY_SECONDS
    ) -> dict[str, Any] | None:
        """Return the child's message that it is ready, or None if it ends before, or `is_cancelled`.

        FareboxError if it isn't ready within `limit` seconds: it hangs and is killed.
        """
        line = bytearray()
        waited = 0.0
        while not line.endswith(b"\n"):
            if is_cancelled():
                return None
            if self._has_output(_POLL_SECONDS):
                piece = os.read(self._pipe, 1)
                if not piece:
                    return None
                line += piece
            else:
                # Counted here, not by a clock: the child is not to blame for time in which this machine stood still.
                waited += _POLL_SECONDS
                if waited >= limit:
                    self.process.kill()
                    raise FareboxError(
                        f"{self.name} was not ready after {limit:g} s and was killed: see its messages above, "
                        "and start farebox again once the machine and its disks are less busy"
                    )
        return msgspec.json.decode(line, type=dict[str, Any])

    def has_beaten(self) -> bool:
        """Tell whether the child has sent a heartbeat since the last call."""
        # Earlier heartbeats are of no use any more.
        before = self._received.strip(b".")
        self._received = before
        self._receive()
        return len(self._received) > len(before)

    def problem(self) -> str | None:
        """Return why the child, which has ended, could not start; None if it did not tell."""
        self._receive()
        try:
            return msgspec.json.decode(self._received.strip(b".\n"), type=dict[str, Any]).get(PROBLEM)
        except msgspec.DecodeError:
            return None

    def _receive(self) -> None:
        while self._has_output(0) and (piece := os.read(self._pipe, 4096)):
            self._received += piece

    def _has_output(self, seconds: float) -> bool:
        """Wait up to some seconds for output of the child, or its end."""
        # select() accepts no descriptor above 1023, and a mitmdump with many connections has more.
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def forget(self) -> None:
        """Close the pipes to the child, which has ended."""
        os.close(self._pipe)
        self._close_input()

    def stop(self) -> None:
        """Tell the child to end, which it does once its work is done."""
        assert self.process.stdin
        # Its input stays open: if it closed, the child would conclude that its parent is gone.
        with contextlib.suppress(BrokenPipeError, ValueError):
            os.write(self.process.stdin.fileno(), b".")

    def wait(self, seconds: float) -> bool:
        """Wait for the child to end; if that takes longer than `seconds`, kill it and return False."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        finally:
            self._close_input()
        return True

    def _close_input(self) -> None:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()


def _spawned(arguments: list[str], pipe_end: int, options: SpawnOptions) -> Process:
    package_parent = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (package_parent, os.environ.get("PYTHONPATH")) if part)
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=options.log,
        stderr=options.log,
        env={**os.environ, "PYTHONPATH": path, PIPE_VARIABLE: str(pipe_end)},
        process_group=0 if options.is_apart else None,
        pass_fds=[pipe_end],
    )


def _forked(arguments: list[str], pipe_end: int, options: SpawnOptions) -> Process:
    def main() -> int:
        os.environ[PIPE_VARIABLE] = str(pipe_end)
        return forking.run_module(arguments)

    return forking.fork(main, pipe_end, is_apart=options.is_apart, log=options.log)


def settings_from_parent() -> Settings:
    """Return the Settings that the parent has written to our standard input."""
    line = bytearray()
    while not line.endswith(b"\n") and (byte := os.read(_STANDARD_INPUT, 1)):
        line += byte
    return msgspec.json.decode(line, type=Settings)


class Liveness:
    """Our end of the pipe for heartbeats to the parent."""

    def __init__(self) -> None:
        descriptor = os.environ.pop(PIPE_VARIABLE, None)
        self._pipe = None if descriptor is None else int(descriptor)
        if self._pipe is not None:
            os.set_blocking(self._pipe, False)

    def tell_ready(self, message: dict[str, Any]) -> None:
        """Tell the parent that we are ready."""
        self._write(msgspec.json.encode(message) + b"\n")

    def tell_failed(self, problem: str) -> None:
        """Tell the parent why we end instead of getting ready."""
        self._write(msgspec.json.encode({PROBLEM: problem}) + b"\n")

    def beat(self) -> None:
        """Send the parent a heartbeat, without waiting for it to read."""
        self._write(b".")

    def _write(self, data: bytes) -> None:
        if self._pipe is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._pipe, data)


def when_to_end(stop: Callable[[], object], alone: Callable[[], object] = lambda: None) -> None:
    """Call `stop` once our parent tells us to end or is gone, and `alone` once it is gone; both on another thread."""

    def wait() -> None:
        # Not sys.stdin: a thread that waits while it holds its buffer's lock would crash the interpreter's shutdown.
        received = os.read(_STANDARD_INPUT, 1)
        stop()
        while received:
            received = os.read(_STANDARD_INPUT, 1)
        alone()

    threading.Thread(target=wait, name="parent", daemon=True).start()
