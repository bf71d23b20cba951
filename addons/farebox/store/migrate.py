"""Bring a ledger's schema to this program's revision."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from .. import __version__, assets
from ..errors import LedgerAwayError, LedgerError


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Upgrade the ledger; return its revision before and after.

    LedgerError where it is newer than this program or no ledger at all, LedgerAwayError where it cannot be reached.
    """
    config = Config()
    config.set_main_option("script_location", str(assets.migrations()).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    try:
        return _upgrade(engine, scripts, config)
    except OperationalError as error:
        raise LedgerAwayError(f"ledger {engine.url.render_as_string()} is away ({error.orig})") from error
    except DatabaseError as error:
        raise LedgerError(
            f"ledger {engine.url.render_as_string()} is no ledger ({error.orig}): name another with --ledger"
        ) from error


def _upgrade(engine: Engine, scripts: ScriptDirectory, config: Config) -> tuple[str | None, str]:
    head = scripts.get_current_head() or ""
    with engine.begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        if before is not None and before not in {script.revision for script in scripts.walk_revisions()}:
            raise LedgerError(
                f"ledger {engine.url.render_as_string()} is at revision {before}, which farebox {__version__} does not "
                "know: it was written by a newer farebox. Upgrade farebox, or name another ledger with --ledger"
            )
        if before != head:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before, head
