"""Bring a ledger's schema to this program's revision."""

from sqlalchemy import Engine

from ..home import assets
from .engine import writer
from .locks import Lock, take
from .revisions import readable, revisions


def migrate(engine: Engine, *, patience: float = 0.0) -> tuple[str | None, str]:
    """Upgrade the ledger; return its revision before and after.

    A step may take `patience` seconds, if that is more than the engine allows. LedgerError if the ledger is newer than
    this program or not a ledger, LedgerAwayError if it can't be reached.
    """
    before, head = revisions(engine)
    if before != head and engine.dialect.name == "clickhouse":
        from .clickhouse.migrate import migrate as migrate_clickhouse  # noqa: PLC0415 - as below

        migrate_clickhouse(engine, head)
    elif before != head:
        with readable(engine):
            before = _upgrade(engine, patience)
    return before, head


def _upgrade(engine: Engine, patience: float) -> str | None:
    """Bring the ledger to the head; return its revision before."""
    # Alembic and psycopg take long to import, and most starts find a ledger that is up to date.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    from .postgres import patient, require_unicode  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(assets.migrations()).replace("%", "%%"))
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
