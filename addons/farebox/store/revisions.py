"""The revision of a ledger's schema, read without Alembic: only a migration needs that, and its import takes long."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, String, Table, inspect, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from .. import __version__
from ..errors import LedgerError
from ..home import assets
from .faults import away, message, name

# https://alembic.sqlalchemy.org/en/latest/api/runtime.html: the table in which Alembic notes the revision.
_VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def known_revisions() -> list[str]:
    """Return the revisions of this program, the first one first. They are numbered, and their files begin with it."""
    return sorted(path.name.partition("_")[0] for path in (assets.migrations() / "versions").glob("[0-9]*_*.py"))


def revisions(engine: Engine) -> tuple[str | None, str]:
    """Return the ledger's revision, None if it is empty or missing, and this program's.

    LedgerError if the ledger is newer than this program or not a ledger, LedgerAwayError if it can't be reached.
    """
    known = known_revisions()
    if engine.url.database and engine.url.get_backend_name() == "sqlite" and not Path(engine.url.database).exists():
        return None, known[-1]
    with readable(engine):
        return _current(engine, known), known[-1]


@contextmanager
def readable(engine: Engine) -> Iterator[None]:
    """Raise LedgerError if the block finds a file that is not a ledger, LedgerAwayError if it can't be reached."""
    try:
        yield
    except SQLAlchemyError as error:
        if engine.dialect.name == "sqlite" and not isinstance(error, OperationalError):
            raise LedgerError(
                f"ledger {name(engine)} is not a ledger ({message(error)}): name another with --ledger"
            ) from error
        raise away(engine, error) from error


def _current(engine: Engine, known: list[str]) -> str | None:
    with engine.connect() as connection:
        has_revision = inspect(connection).has_table(_VERSIONS.name)
        current = connection.scalar(select(_VERSIONS.c.version_num)) if has_revision else None
    if current is not None and current not in known:
        raise LedgerError(
            f"ledger {name(engine)} is at revision {current}, which farebox {__version__} does not "
            "know: a newer farebox wrote it. Upgrade farebox, or name another ledger with --ledger"
        )
    return current
