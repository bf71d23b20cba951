"""A user of Postgres with read rights only gets every report."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.doctor import ledger
from farebox.doctor.finding import WARNING
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import opened
from farebox.store.migrate import migrate
from sqlalchemy import text

from tests.support.commands import farebox
from tests.support.paths import ROOT
from tests.support.postgres import PASSWORD, Postgres
from tests.support.samples import record

DOCS = ROOT / "docs" / "postgres.md"


def test_a_user_with_the_documented_rights_can_only_read(
    postgres: Postgres, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [granted] = re.findall(r"```sql\n(CREATE ROLE reader .*?)```", DOCS.read_text(), re.DOTALL)
    url = postgres.url(postgres.create())
    # Roles are the whole server's, which other tests use too.
    names = granted.replace("reader", "only_reads").replace("ROLE farebox", "ROLE postgres")
    as_reader = url.replace(f"postgres:{PASSWORD}", "only_reads:PASSWORD")
    with opened(url) as engine:
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(text(names))
        one = record(cost_nanousd=1, cost_status="priced")
        # Their month is made after the grant.
        DatabaseSink(engine).write([one, record(started_at=one.started_at - timedelta(days=90))], {})

    def done(*command: str) -> tuple[int, str]:
        ended = farebox(capfd, monkeypatch, *command, "--ledger", as_reader, home=tmp_path / "home")
        return ended.code, ended.out

    commands = (
        ("report", "--since", "all"),
        ("report", "--since", "all", "--by", "conversation"),
        ("show", one.id),
        ("tail", "--no-follow"),
        ("export", "--since", "all", "--format", "jsonl"),
        ("what-if", "--model", "openai/gpt-4o-mini", "--since", "all"),
        ("prices", "drift"),
        ("reprice", "--since", "all", "--dry-run"),
    )
    assert [command for command in commands if done(*command)[0]] == []
    [finding] = ledger.check(load({"ledger": as_reader}, environment={}))
    assert (finding.level, "can't be written" in finding.message) == (WARNING, True)
    assert [done(*command)[0] for command in (("migrate",), ("reprice", "--since", "all"))] == [0, 1]
