"""Rows that a poll completes, and polls that wait for a row that is not there yet."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, tuple_, update

from .current import as_completed, at_current_prices
from .forget import PERSONS, TRACES
from .schema import call_prices, calls, pending_polls

WAITING_LIMIT = 1000
Key = tuple[str, str, str]


class Poll(NamedTuple):
    """A poll whose row is still in another worker's spool, or doesn't exist. `message` is its Reading."""

    host: str
    dialect: str
    response_id: str
    started_at: int
    message: bytes

    @property
    def key(self) -> Key:
        return self.host, self.dialect, self.response_id


_HAS_ROW = exists().where(*(calls.c[name] == pending_polls.c[name] for name in ("response_id", "host", "dialect")))


def rows_of(connection: Connection, response_ids: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of `response_ids`."""
    query = select(calls).where(calls.c.response_id.in_(response_ids))
    found = connection.execute(as_completed(connection, query))
    return [dict(row) for row in found.mappings()]


def waiting(connection: Connection, response_ids: Collection[str]) -> list[bytes]:
    """Return the messages of the polls that wait for rows of `response_ids`."""
    wanted = select(pending_polls.c.message).where(pending_polls.c.response_id.in_(response_ids))
    return list(connection.execute(wanted).scalars())


def met(connection: Connection) -> set[str]:
    """Return the response ids that have both a waiting poll and a row."""
    return set(connection.scalars(select(pending_polls.c.response_id).where(_HAS_ROW)))


def unmet(connection: Connection) -> list[bytes]:
    """Return the messages of the polls that no row is there for."""
    return list(connection.scalars(select(pending_polls.c.message).where(~_HAS_ROW)))


def complete(connection: Connection, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Overwrite the row, unless another recorder has completed it by now; return it as it was and as it is, or None.

    Prices that it got while its tokens were unknown are not its prices: those revisions are deleted. A person who was
    forgotten since the row was read stays forgotten. Until the transaction ends, nobody else changes the row.
    """
    lacks_tokens = or_(
        calls.c.usage_source != "reported", and_(calls.c.input_tokens.is_(None), calls.c.output_tokens.is_(None))
    )
    here = and_(calls.c.id == row["id"], calls.c.started_at == row["started_at"])
    if connection.execute(select(calls.c.id).where(here, lacks_tokens).with_for_update()).first() is None:
        return None
    before = connection.execute(at_current_prices(connection, select(calls).where(here))).mappings().one()
    after = {**row, **{name: before[name] for name in (*PERSONS, *TRACES)}}
    connection.execute(update(calls).where(here).values(**after))
    is_its = and_(call_prices.c.call_id == row["id"], call_prices.c.started_at == row["started_at"])
    connection.execute(delete(call_prices).where(is_its))
    return dict(before), after


def keep(connection: Connection, polls: Sequence[Poll]) -> None:
    """Store `polls` that wait: of each response the first of them, and in total the latest WAITING_LIMIT."""
    latest = {poll.key: poll for poll in reversed(polls)}
    if latest:
        drop(connection, list(latest))
        connection.execute(insert(pending_polls), [poll._asdict() for poll in latest.values()])
        oldest = select(pending_polls.c.started_at).order_by(pending_polls.c.started_at.desc()).offset(WAITING_LIMIT)
        connection.execute(delete(pending_polls).where(pending_polls.c.started_at <= oldest.limit(1).scalar_subquery()))


def drop(connection: Connection, keys: Sequence[tuple[str, str, str]]) -> None:
    """Delete the waiting polls with `keys`."""
    if keys:
        key = tuple_(pending_polls.c.host, pending_polls.c.dialect, pending_polls.c.response_id)
        connection.execute(delete(pending_polls).where(key.in_(keys)))
