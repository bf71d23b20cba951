"""The program of `farebox run`: it has our terminal, gets our signals and sets our exit code."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from ..errors import FareboxError

NOT_FOUND = 127
NOT_EXECUTABLE = 126
# Signals that a terminal sends to all processes of its foreground group, so the program gets them without us.
_FROM_TERMINAL = frozenset({signal.SIGINT, signal.SIGQUIT})
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, *_FROM_TERMINAL)


class CommandError(FareboxError):
    """The program cannot be started; `code` is the exit code that a shell would return."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


class Command:
    """Runs `arguments` as a child in our process group, so that it can use the terminal."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped_by: int | None = None
        self._began: float | None = None
        self._ended: float | None = None

    @property
    def seconds(self) -> float:
        """Return how long the program has run: the sidecar's start and end are not part of it."""
        if self._began is None:
            return 0.0
        return (time.monotonic() if self._ended is None else self._ended) - self._began

    @property
    def returncode(self) -> int | None:
        """Return the exit code, or -N if signal N ended it, even before its start; None while it may continue."""
        if self._process is not None:
            return self._process.poll()
        return None if self._stopped_by is None else -self._stopped_by

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the program. CommandError if it cannot be started."""
        name = self._arguments[0]
        self._began = time.monotonic()
        try:
            self._process = subprocess.Popen(self._arguments, env=environment)
        except FileNotFoundError as error:
            raise CommandError(f"{name}: there is no such command", NOT_FOUND) from error
        except OSError as error:
            raise CommandError(f"{name} cannot be run: {error.strerror}", NOT_EXECUTABLE) from error

    def wait(self, seconds: float) -> bool:
        """Wait up to some seconds; tell whether the program has ended."""
        if self._process is None:
            if self._stopped_by is None:
                time.sleep(seconds)
            return self._stopped_by is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._ended = self._ended or time.monotonic()
        return True

    @property
    def is_urgent(self) -> bool:
        """Tell whether to drop unfinished calls: never, as the signals that come are for the program."""
        return False

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Pass signals on to the program for as long as the block runs."""
        before = {number: signal.signal(number, self._pass_on) for number in _PASSED_ON}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def end_as_it_did(self) -> None:
        """Exit with the program's exit code, or by the signal that ended it."""
        code = self.returncode or 0
        sys.stdout.flush()
        sys.stderr.flush()
        if code < 0:
            # SIGKILL and SIGSTOP have no handler to reset.
            with suppress(OSError):
                signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        # For signals that end no process by default, and blocked ones: the exit code that a shell would return.
        sys.exit(code if code >= 0 else 128 - code)

    def _pass_on(self, number: int, _frame: object) -> None:
        if self._process is None:
            self._stopped_by = number
        elif self._process.poll() is None and not (number in _FROM_TERMINAL and _is_in_foreground()):
            self._process.send_signal(number)


def _is_in_foreground() -> bool:
    """Tell whether the terminal's signals reach our process group, and so the program, directly."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
