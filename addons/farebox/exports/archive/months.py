"""Writes a closed month of a ledger to a file of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

from ...errors import FareboxError, SettingsError
from ...home import atomic
from ...store.engine import Engine
from ...store.months import Month
from ...store.queries import calls_in, first_start
from ...store.snapshot import snapshot
from ...store.sums import Scope
from ...store.transfer.figures import Figures, differing, figures
from ..parquet import Parquet
from . import files

# Batches and calls from a spool come late.
_CLOSED_AFTER = timedelta(days=1)
_PAGE = 1_000


def closed(engine: Engine, now: datetime) -> Iterator[Month]:
    """Yield the months with calls that ended a day or more before `now`, the first one first."""
    at: datetime | None = None
    while (first := _first(engine, at)) is not None:
        month = Month.of(first)
        at = month.next.begins
        if at + _CLOSED_AFTER > now:
            return
        yield month


def _first(engine: Engine, at: datetime | None) -> datetime | None:
    with snapshot(engine) as connection:
        return first_start(connection, at)


def archive(engine: Engine, month: Month, folder: Path, *, dry: bool) -> tuple[Figures, bool]:
    """Write `month` to its file in `folder`; return what it has, and whether it was written, or would be if `dry`.

    FareboxError if the file is there with another content, or is not what the ledger has; it stays or goes then.
    """
    path = folder / files.name(month)
    with snapshot(engine) as connection:
        own = figures(connection, month.begins, month.next.begins)
        if path.exists():
            if wrong := differing(own, files.figures(path)):
                raise FareboxError(
                    f"{path} has not the calls that the ledger has now ({', '.join(wrong[:5])} differ): calls "
                    "came late, were repriced, forgotten or deleted since. Move the file away to write it anew"
                )
            return own, False
        if not dry:
            _write(path, own, calls_in(connection, Scope(month.begins, month.next.begins)))
    return own, True


def _write(path: Path, own: Figures, calls: Iterator[dict[str, Any]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path, syncs=True, several=True) as part:
            with part.open("wb") as out:
                writer = Parquet(out)
                for rows in batched(calls, _PAGE):
                    writer.write(rows)
                writer.close()
            if wrong := differing(own, files.figures(part)):
                raise FareboxError(f"{path} would not have what the ledger has ({', '.join(wrong[:5])}): run it again")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}): name another folder") from error
