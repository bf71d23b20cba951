"""What is read from and written to the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError

from ..errors import LedgerAwayError
from ..spool.reader import Position
from .schema import calls, spool_positions


def insert_calls(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; one that is there already, by its key, is left as it is."""
    if rows:
        connection.execute(sqlite.insert(calls).on_conflict_do_nothing(), list(rows))


def store_positions(connection: Connection, positions: Mapping[str, Position], *, sidecar: str | None) -> None:
    """Note how far each spool is in the ledger."""
    for spool, position in sorted(positions.items()):
        values = {"sidecar": sidecar, "segment": position.segment, "offset": position.offset}
        insert = sqlite.insert(spool_positions).values(spool=spool, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=["spool"], set_=values))


def forget_positions(connection: Connection, spools: Sequence[str]) -> None:
    """Forget spools that are taken away."""
    if spools:
        connection.execute(delete(spool_positions).where(spool_positions.c.spool.in_(spools)))


def positions(engine: Engine) -> dict[str, Position]:
    """Return how far each spool is in the ledger."""
    try:
        return _positions(engine)
    except OperationalError as error:
        raise LedgerAwayError(f"ledger {engine.url.render_as_string()} is away ({error.orig})") from error


def _positions(engine: Engine) -> dict[str, Position]:
    with engine.connect() as connection:
        return {row.spool: Position(row.segment, row.offset) for row in connection.execute(select(spool_positions))}


def all_calls(engine: Engine) -> Iterator[dict[str, Any]]:
    """Yield every row of `calls` in the order of its start."""
    ordered = select(calls).order_by(calls.c.started_at, calls.c.id).execution_options(yield_per=1000)
    with engine.connect() as connection:
        for row in connection.execute(ordered).mappings():
            yield dict(row)
