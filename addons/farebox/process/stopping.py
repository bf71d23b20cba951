"""When to stop, and whether to do so at once."""

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
    """Tells a sidecar whether to stop."""

    def wait(self, seconds: float) -> bool:
        """Wait up to some seconds; tell whether it is time to stop."""

    @property
    def is_urgent(self) -> bool:
        """Whether to stop at once, without waiting for running calls."""


class Signals:
    """A stop by signals: the first one stops, another more than ECHO_SECONDS later makes it urgent.

    A handler may run while `wait` holds a lock, as threading.Event would; a pipe needs none.
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
        """Handle a signal."""
        now = time.monotonic()
        self._first = now if self._first is None else self._first
        # timeout(1) signals a process and then its group: that is one stop.
        self.is_urgent = self.is_urgent or now - self._first > ECHO_SECONDS
        self.end()

    def close(self) -> None:
        """Close the pipe; `end` does nothing from then on."""
        self._is_stopping = True
        os.close(self._reader)
        os.close(self._writer)


@contextmanager
def until_signalled() -> Iterator[Signals]:
    """Yield a stop that SIGTERM, SIGINT and SIGHUP trigger for as long as the block runs."""
    signals = Signals()
    before = {number: signal.signal(number, signals.take) for number in _SIGNALS}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signals.close()
