"""What a database's error means: a row that it does not take, a transaction to try again, or a ledger that is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from ..config.redact_url import redact_url
from ..errors import LedgerAwayError

# https://www.postgresql.org/docs/current/errcodes-appendix.html: data, constraints, limits of one row.
_REFUSALS = ("22", "23", "54")
_CONFLICT, _UNIQUE = "40", "23505"
_SHORT = 300
_REMEDIES = (
    (
        r"password authentication failed|no password supplied|role .* does not exist",
        "check user and password in its URL, where @ is written %40",
    ),
    (r"database .* does not exist", "create it, or name another with --ledger"),
    (r"no pg_hba\.conf entry", "let this machine and user in, in the server's pg_hba.conf"),
    (r"permission denied", "grant the ledger's user what is named there"),
    (r"no schema has been selected", "create the schema that search_path names, or let the user create tables in it"),
    (r"no such table|relation .* does not exist|undefined_table", "run `farebox migrate`"),
    (r"read-only|readonly", "name the primary server, or a folder that can be written"),
    (r"too many clients|connection slots|too many connections", "raise max_connections, or put pgbouncer before it"),
    (r"No space left|disk is full|disk I/O error", "free space for the ledger, and see to its disk"),
    (r"unable to open database file", "see that its folder is there and can be written"),
)


def name(engine: Engine) -> str:
    """Return the ledger's address as errors name it."""
    return redact_url(engine.url.render_as_string(hide_password=True))


def said(error: Exception) -> str:
    """Return what the database or its driver says, on one line."""
    first = error
    context = error.__context__
    while context:
        # Where a connection is cut, the rollback fails as well, which tells nothing.
        first = context if isinstance(context, DBAPIError) else first
        context = context.__context__
    return " ".join(str(first.orig if isinstance(first, StatementError) else first).split())[:_SHORT]


def away(engine: Engine, error: Exception) -> LedgerAwayError:
    """Return the error that tells why the ledger cannot be used now, and what to do where that is known."""
    told = said(error)
    remedy = next((f": {remedy}" for pattern, remedy in _REMEDIES if re.search(pattern, told)), "")
    return LedgerAwayError(f"ledger {name(engine)} is away ({told}){remedy}", f"{told}{remedy}")


@contextmanager
def reachable(engine: Engine) -> Iterator[None]:
    """Raise LedgerAwayError where the block cannot reach the ledger."""
    try:
        yield
    except SQLAlchemyError as error:
        raise away(engine, error) from error


def is_refusal(error: Exception) -> bool:
    """Tell whether it is for the rows that the database does not take them. In doubt it is not, and nothing is lost."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError | OverflowError | ValueError | TypeError)
    if is_duplicate(error):
        # Its transaction does not see it yet.
        return False
    if state := _state(error):
        return state.startswith(_REFUSALS)
    # Drivers name by these what they cannot even send, and SQLite what a constraint forbids.
    return type(error).__name__ in {"IntegrityError", "DataError", "ProgrammingError", "InterfaceError"}


def is_conflict(error: Exception) -> bool:
    """Tell whether another's transaction came between: a deadlock, a serialization failure."""
    return isinstance(error, DBAPIError) and (_state(error) or "").startswith(_CONFLICT)


def is_duplicate(error: DBAPIError) -> bool:
    """Tell whether a row is there already, by its key."""
    return _state(error) == _UNIQUE or getattr(error.orig, "sqlite_errorname", "") in {
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_UNIQUE",
    }


def _state(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
