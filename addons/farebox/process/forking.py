"""A child forked from this process: what both have imported is imported once, and lies in memory once."""

import atexit
import gc
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from .ending import end

_STANDARD = (0, 1, 2)
_SHORTEST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.05


class ForkedProcess:
    """A forked child, with what farebox uses of `subprocess.Popen`."""

    def __init__(self, pid: int, stdin: IO[bytes]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or -N if signal N ended the child; None while it runs."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                # Whoever started us ignores SIGCHLD, so no exit code is kept. subprocess says 0 too.
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code of the child once it has ended; subprocess.TimeoutExpired after `timeout` seconds."""
        give_up, pause = None if timeout is None else time.monotonic() + timeout, _SHORTEST_PAUSE
        while (code := self.poll()) is None:
            if give_up is not None and timeout is not None and time.monotonic() >= give_up:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to the child, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the child, unless it has ended."""
        self.send_signal(signal.SIGKILL)


def is_safe() -> bool:
    """Tell whether this process can be forked: on Linux, while it has one thread, and standard input, output and error.

    Other threads would be missing in the child, with their locks taken. On macOS, the system's own libraries have some.
    A descriptor that is closed would be taken by one of the child's pipes.
    """
    try:
        for descriptor in _STANDARD:
            os.fstat(descriptor)
        return sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def fork(main: Callable[[], int], report: int, *, is_apart: bool, log: IO[bytes] | None) -> ForkedProcess:
    """Start a child that runs `main` and ends with its exit code.

    It keeps the descriptor `report`, and no other of ours. `is_apart` gives it a process group of its own, `log` gets
    its output. OSError if it cannot be started.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    reader, writer = os.pipe()
    # A collection in the child would write to pages that it shares with us.
    gc.freeze()
    # Until the child has dropped our handlers, a signal to it would be taken for one to us.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if pid == 0:
            _be(main, (reader, report, log), blocked, is_apart=is_apart)
    except OSError:
        os.close(writer)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        os.close(reader)
    if is_apart:
        # The child does it too: neither may go on before it is done.
        with suppress(OSError):
            os.setpgid(pid, pid)
    return ForkedProcess(pid, open(writer, "wb"))  # noqa: PTH123 - a descriptor, closed by its owner


def run_module(arguments: list[str]) -> int:
    """Do in this process, a forked one, what `python -m ARGUMENTS` does in a new one; return the exit code."""
    sys.argv = arguments
    if not sys.flags.safe_path:
        # As after `python -m`: scripts may import modules of the current folder.
        sys.path[0] = str(Path.cwd())
    main: Callable[[], int] = import_module(f"{arguments[0]}.__main__").main
    return main()


def _be(
    main: Callable[[], int],
    descriptors: tuple[int, int, IO[bytes] | None],
    blocked: set[int],
    *,
    is_apart: bool,
) -> NoReturn:
    """Become the child, and end as it ends: nothing of the parent's stack may run here."""
    code: object = 1
    try:
        _own_descriptors(*descriptors)
        if is_apart:
            os.setpgid(0, 0)
        _forget_parent()
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        code = main()
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001 - whatever it is, it ends here
        traceback.print_exc()
    finally:
        try:
            end(code if isinstance(code, int) else int(code is not None))
        finally:
            os._exit(1)


def _own_descriptors(stdin: int, report: int, log: IO[bytes] | None) -> None:
    """Leave open standard input, output and error, and `report`.

    The others hold the parent's locks, and its ends of pipes to other children, which must close when it dies. Their
    numbers stay taken, as objects of the parent's would close what else got them.
    """
    os.dup2(stdin, 0)
    if log is not None:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for descriptor in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        if descriptor not in {*_STANDARD, report, nothing}:
            os.dup2(nothing, descriptor, inheritable=False)


def _forget_parent() -> None:
    """Drop what a new interpreter would not have: handlers of signals, of the log and of the exit."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    atexit._clear()  # noqa: SLF001 - there is no public name
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    gc.disable()
