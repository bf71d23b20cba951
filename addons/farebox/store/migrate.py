"""Bring a ledger's schema to this program's revision."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from .. import __version__, assets
from ..errors import LedgerError


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Upgrade the ledger; return its revision before and after. LedgerError where it is newer than this program."""
    config = Config()
    config.set_main_option("script_location", str(assets.migrations()).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
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
