"""Progress of work that takes long: shown on a terminal after two seconds, and nowhere else."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol

SECONDS = 2.0


class Advance(Protocol):
    """Tells how far the work is."""

    def __call__(self, done: int, /) -> object:
        """Note that `done` more is done."""


@contextmanager
def progress(what: str, total: int | None = None, *, seconds: float = SECONDS) -> Iterator[Advance]:
    """Yield what to call as the work goes on; `total` is its end, if that is known.

    It is shown on standard error if that is a terminal and the block takes more than `seconds`, and removed at the end.
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    shown, task = _shown(what, total)
    timer = threading.Timer(seconds, shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda done: shown.advance(task, done)
    finally:
        timer.cancel()
        timer.join()
        shown.stop()


def _shown(what: str, total: int | None) -> tuple[Any, Any]:
    # Piped output needs none of it.
    rich = import_module("rich.progress")
    counted = (rich.BarColumn(), rich.MofNCompleteColumn()) if total else (rich.TextColumn("{task.completed:,}"),)
    columns = (rich.SpinnerColumn(), rich.TextColumn("{task.description}"), *counted, rich.TimeElapsedColumn())
    console = import_module(".console", __package__).console(stderr=True)
    shown = rich.Progress(*columns, console=console, transient=True)
    return shown, shown.add_task(what, total=total)
