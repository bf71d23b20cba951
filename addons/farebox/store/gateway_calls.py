"""Calls that are metered on both sides of a gateway: rows of one response id at two hosts."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from .schema import IS_CALL, calls


class Doubled(NamedTuple):
    """The number of calls to the gateway at `host` that were metered behind it too."""

    host: str
    calls: int


def doubled(connection: Connection, since: datetime) -> list[Doubled]:
    """Return the gateways whose calls since then count twice, the most frequent first."""
    outer, inner = calls, calls.alias("inner_calls")
    is_same = (inner.c.response_id == outer.c.response_id) & (inner.c.host != outer.c.host)
    is_within = (inner.c.started_at > outer.c.started_at) & (inner.c.started_at >= since)
    number = func.count(func.distinct(outer.c.id))
    query = select(outer.c.host, number).join_from(outer, inner, is_same & is_within)
    query = query.where(outer.c.started_at >= since, outer.c.response_id.is_not(None), IS_CALL)
    return [Doubled(*row) for row in connection.execute(query.group_by(outer.c.host).order_by(number.desc()))]
