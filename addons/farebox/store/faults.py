"""What a database error means: a refused row, a transaction to try again, or a ledger that is unavailable."""

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
_LONGEST = 300
_AWAY = "is unavailable"
# What the text of a database or its driver means, and how to mend it; the first that matches.
_MEANINGS = (
    (
        r"password authentication failed|no password supplied|role .* does not exist",
        "refuses the user or the password",
        "check user and password in its URL; write @ as %40",
    ),
    # ClickHouse's: a number, then a text that differs from version to version.
    (
        r"Code: (516|192|193|194)\b",
        "refuses the user or the password",
        "check user and password in its URL; write @ as %40",
    ),
    (
        r"Code: 81\b",
        "is a database that this server doesn't have",
        "create it with CREATE DATABASE, or name another with --ledger",
    ),
    (r"Code: 60\b", "has no tables yet", "run `farebox migrate`"),
    (
        r"Code: (701|170)\b",
        "names a cluster that this server doesn't know",
        "take a name from SELECT cluster FROM system.clusters",
    ),
    (
        r"Code: 497\b",
        "doesn't give its user a right that farebox needs",
        "grant it: docs/clickhouse.md lists the rights",
    ),
    (
        r"Code: 164\b",
        "lets its user only read, also no settings",
        "use a profile with readonly = 2 for reports, and another user to record",
    ),
    (
        r"Code: (242|225|999|319)\b",
        "can't be written while ClickHouse lacks its Keeper or ZooKeeper",
        "check that it runs and is reached from every server",
    ),
    (
        r"clickhouse-client program",
        "is at the port of the native protocol",
        "name the HTTP port, such as 8123",
    ),
    (
        r"no ClickHouse$|BadStatusLine|^HTTP status 4",
        "is at a port where no ClickHouse answers",
        "name its HTTP port, such as 8123, or 8443 with ?secure=1",
    ),
    (
        r"database .* does not exist",
        "is a database that this server doesn't have",
        "create it, or name another with --ledger",
    ),
    (
        r"no encryption|SSL off|(?i:requires? (ssl|tls))",
        "is refused without TLS",
        "add ?sslmode=require to its URL, or remove sslmode=disable",
    ),
    (
        r"does not support SSL",
        "is on a server without TLS",
        "remove sslmode from its URL, or turn on TLS at the server",
    ),
    (
        r"certificate verify failed|root certificate file",
        "has a certificate that can't be verified",
        "name the server's CA in its URL: ?sslmode=verify-full&sslrootcert=FILE",
    ),
    (r"no pg_hba\.conf entry", "refuses this machine or user", "allow them in the server's pg_hba.conf"),
    (
        r"permission denied",
        "doesn't give its user a right that farebox needs",
        "grant it: docs/postgres.md lists the rights",
    ),
    (
        r"no schema has been selected",
        "has no schema to create tables in",
        "create the schema that search_path names, or let the user create tables in it",
    ),
    (r"no such table|relation .* does not exist|undefined_table", "has no tables yet", "run `farebox migrate`"),
    (r"read-only|readonly", "can't be written", "name the primary server, or a folder that is writable"),
    (
        r"too many clients|connection slots|too many connections",
        "has no connection left",
        "raise max_connections, or use pgbouncer",
    ),
    (r"No space left|disk is full|disk I/O error", _AWAY, "free space on the ledger's disk, and check that disk"),
    (r"unable to open database file", "can't be opened", "check that its folder exists and is writable"),
    (r"file is not a database", "is a file that is no SQLite database", "name another file"),
    (r"Connection refused", _AWAY, "check that the server runs and listens at this host and port"),
    (r"could not translate host name|resolve host", _AWAY, "check the host's name in its URL"),
)


def name(engine: Engine) -> str:
    """Return the ledger's address as errors name it."""
    return redact_url(engine.url.render_as_string(hide_password=True))


def message(error: Exception) -> str:
    """Return the text of the database or its driver, on one line."""
    first = error
    context = error.__context__
    while context:
        # If a connection is cut, the rollback fails as well: the first error is the cause.
        first = context if isinstance(context, DBAPIError) else first
        context = context.__context__
    return " ".join(str(first.orig if isinstance(first, StatementError) else first).split())[:_LONGEST]


def away(engine: Engine, error: Exception) -> LedgerAwayError:
    """Return the error that states why the ledger can't be used now, and the fix if it is known."""
    cause = message(error)
    found = next(((what, f": {fix}") for pattern, what, fix in _MEANINGS if re.search(pattern, cause)), (_AWAY, ""))
    return LedgerAwayError(f"ledger {name(engine)} {found[0]} ({cause}){found[1]}", f"{cause}{found[1]}")


@contextmanager
def reachable(engine: Engine) -> Iterator[None]:
    """Raise LedgerAwayError if the block can't reach the ledger."""
    try:
        yield
    except SQLAlchemyError as error:
        raise away(engine, error) from error


def is_refusal(error: Exception) -> bool:
    """Return whether the database refuses the rows themselves. In doubt it doesn't, so that nothing is lost."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError | OverflowError | ValueError | TypeError)
    if is_duplicate(error):
        # The other row may be of a transaction that is not visible yet.
        return False
    if state := _state(error):
        return state.startswith(_REFUSALS)
    # Drivers raise these for values that they can't send, and SQLite for constraints.
    return type(error).__name__ in {"IntegrityError", "DataError", "ProgrammingError", "InterfaceError"}


def is_conflict(error: Exception) -> bool:
    """Return whether another transaction interfered: a deadlock or a serialization failure."""
    return isinstance(error, DBAPIError) and (_state(error) or "").startswith(_CONFLICT)


def is_duplicate(error: DBAPIError) -> bool:
    """Return whether a row with the same key exists already."""
    return _state(error) == _UNIQUE or getattr(error.orig, "sqlite_errorname", "") in {
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_UNIQUE",
    }


def _state(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
