"""A running recorder does what the settings say about retention, also when no call comes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from farebox.sinks.database import DatabaseSink
from farebox.store.rollups.tables import BY_CALLER
from farebox.store.schema import calls, hourly
from sqlalchemy import select

from tests.conftest import StartSidecar
from tests.support.ledgers import new_ledger
from tests.support.samples import record
from tests.support.sidecar import wait_until
from tests.support.upstream import Upstream


def test_old_calls_and_old_callers_are_removed(upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ages = {"old": timedelta(days=400), "middle": timedelta(days=40), "new": timedelta(hours=2)}
    rows = [record(user_id=name, started_at=now - age) for name, age in ages.items()]
    with new_ledger(tmp_path / "home" / "ledger.db") as engine:
        DatabaseSink(engine).write(rows, {})
        settings = {"FAREBOX_RETENTION_CALLS": "90d", "FAREBOX_RETENTION_HOURLY": "30d"}
        start_sidecar(upstream, environment=settings)

        def left() -> tuple[set[str | None], set[str | None]]:
            with engine.connect() as connection:
                users, summed = select(calls.c.user_id), select(hourly[BY_CALLER.table].c.user_id)
                return set(connection.scalars(users)), set(connection.scalars(summed))

        wait_until(lambda: left() == ({"middle", "new"}, {None, "new"}))
