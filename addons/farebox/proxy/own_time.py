"""The time that farebox itself takes for a call."""

import time
from collections.abc import Callable


class OwnTime:
    """Passes the seconds of a block to `add`; a generator would take several times as long."""

    __slots__ = ("_add", "_started")

    def __init__(self, add: Callable[[float], None]) -> None:
        self._add = add

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        self._add(time.perf_counter() - self._started)
