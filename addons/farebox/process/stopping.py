"""When to stop, and whether at once."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

ECHO_SECONDS = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stop(Protocol):
    """What a sidecar asks whether it is to go on."""

    def wait(self, seconds: float) -> bool:
        """Wait up to some seconds; tell whether it is time to stop."""

    @property
    def is_urgent(self) -> bool:
        """Whether to stop at once, without waiting for calls that are under way."""


class Signals:
    """A stop by signals: the first says when, one that comes more than ECHO_SECONDS later that it is urgent.

    A handler may run while `wait` holds any lock, as threading.Event does; a pipe needs none.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._is_stopping = False
        self._first: float | None = None
        self.is_urgent = False

    def wait(self, seconds: float) -> bool:
        return bool(select.select([self._reader], [], [], seconds)[0])

    def end(self) -> None:
        """Stop without a signal."""
        if not self._is_stopping:
            self._is_stopping = True
            os.write(self._writer, b".")

    def take(self, _number: int, _frame: object) -> None:
        """Take a signal in."""
        now = time.monotonic()
        self._first = now if self._first is None else self._first
        # Who signals a process and then its group, as timeout(1) does, means one stop.
        self.is_urgent = self.is_urgent or now - self._first > ECHO_SECONDS
        self.end()

    def close(self) -> None:
        """Give the pipe back; who would still end it does nothing."""
        self._is_stopping = True
        os.close(self._reader)
        os.close(self._writer)


@contextmanager
def until_signalled() -> Iterator[Signals]:
    """Return what stops with SIGTERM, SIGINT or SIGHUP for as long as the block runs."""
    signals = Signals()
    before = {number: signal.signal(number, signals.take) for number in _SIGNALS}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signals.close()
