"""Bring a ledger's schema to this program's revision."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from .. import __version__
from ..errors import LedgerError
from ..home import assets
from .engine import writer
from .faults import away, message, name
from .locks import Lock, take
from .postgres import patient, require_unicode


def migrate(engine: Engine, *, patience: float = 0.0) -> tuple[str | None, str]:
    """Upgrade the ledger; return its revision before and after.

    A step may take `patience` seconds, if that is more than the engine allows. LedgerError if the ledger is newer than
    this program or not a ledger, LedgerAwayError if it can't be reached.
    """
    config = Config()
    config.set_main_option("script_location", str(assets.migrations()).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with _known(engine):
        before = _current(engine, scripts)
        if before != scripts.get_current_head():
            before = _upgrade(engine, config, patience)
    return before, scripts.get_current_head() or ""


def revisions(engine: Engine) -> tuple[str | None, str]:
    """Return the ledger's revision, None if it is empty or missing, and this program's. Errors as of `migrate`."""
    scripts = ScriptDirectory(str(assets.migrations()))
    head = scripts.get_current_head() or ""
    if engine.url.database and engine.url.get_backend_name() == "sqlite" and not Path(engine.url.database).exists():
        return None, head
    with _known(engine):
        return _current(engine, scripts), head


@contextmanager
def _known(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        if engine.dialect.name == "sqlite" and not isinstance(error, OperationalError):
            raise LedgerError(
                f"ledger {name(engine)} is not a ledger ({message(error)}): name another with --ledger"
            ) from error
        raise away(engine, error) from error


def _current(engine: Engine, scripts: ScriptDirectory) -> str | None:
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise LedgerError(
            f"ledger {name(engine)} is at revision {current}, which farebox {__version__} does not "
            "know: a newer farebox wrote it. Upgrade farebox, or name another ledger with --ledger"
        )
    return current


def _upgrade(engine: Engine, config: Config, patience: float) -> str | None:
    """Bring the ledger to the head; return its revision before."""
    with writer(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            require_unicode(connection)
        # One at a time: those that waited find the work done.
        take(connection, Lock.MIGRATE)
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        with patient(connection, patience):
            command.upgrade(config, "head")
    return before
