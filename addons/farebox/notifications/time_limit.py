"""Calls that take too long are left alone: no destination may keep the next message waiting for ever."""

import threading
from collections.abc import Callable

from .delivery_error import DeliveryError


class TimeLimit:
    """Runs one function at a time, each for up to `seconds`. One thread may use it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: threading.Thread | None = None

    def run(self, act: Callable[[], None]) -> None:
        """Run `act` and return, or raise its error. DeliveryError if it takes too long; it goes on by itself then.

        As long as it does, nothing else is run, so that a destination that hangs has one thread.
        """
        if self._running is not None and self._running.is_alive():
            raise DeliveryError("the attempt before hangs still")
        errors: list[Exception] = []

        def work() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
                errors.append(error)

        self._running = threading.Thread(target=work, name="notification", daemon=True)
        self._running.start()
        self._running.join(self._seconds)
        if self._running.is_alive():
            raise DeliveryError(f"no answer within {self._seconds:g} s")
        for error in errors:
            raise error
