"""When to stop, and whether at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stop(Protocol):
    """What a sidecar asks whether it is to go on."""

    def wait(self, seconds: float) -> bool:
        """Wait up to some seconds; tell whether it is time to stop."""

    @property
    def is_urgent(self) -> bool:
        """Whether to stop at once, without waiting for calls that are under way."""


class Signals:
    """A stop by signals: the first says when, the second that it is urgent."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self.is_urgent = False

    def wait(self, seconds: float) -> bool:
        return self._stopping.wait(seconds)

    def end(self) -> None:
        """Stop without a signal."""
        self._stopping.set()

    def take(self, _number: int, _frame: object) -> None:
        """Take a signal in."""
        self.is_urgent = self._stopping.is_set()
        self._stopping.set()


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
