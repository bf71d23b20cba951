"""Calls that failed, by model and by the error that the provider named."""

from sqlalchemy import Connection, desc, func, select

from .current import as_completed
from .schema import IS_CALL, calls
from .summary import ERRORS, MODEL, within
from .sums import Failure, Scope


def failures(connection: Connection, scope: Scope) -> list[Failure]:
    """Return the failed calls of `scope` by model and error, the most frequent first."""
    error = func.coalesce(calls.c.error_code, calls.c.error_type, calls.c.outcome)
    number = func.count()
    query = (
        select(calls.c.provider, MODEL, error, number)
        .where(IS_CALL, calls.c.outcome.in_(ERRORS))
        .group_by(calls.c.provider, MODEL, error)
        .order_by(desc(number), error)
    )
    return [Failure(*row) for row in connection.execute(as_completed(connection, within(query, scope)))]
