"""`farebox migrate`: the revision of a ledger, and its hourly sums."""

from pathlib import Path

import pytest
from farebox.store.engine import name, writer
from farebox.store.revisions import revisions
from farebox.store.schema import hourly
from sqlalchemy import Engine, delete

from tests.cli.conftest import Command
from tests.support.commands import farebox
from tests.support.ledgers import opened


def test_a_new_ledger_gets_its_tables_and_a_migrated_one_is_left_alone(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()

    first, second = (farebox(capfd, monkeypatch, "migrate", home=tmp_path / "home") for _ in range(2))

    with opened(tmp_path / "home" / "ledger.db") as engine:
        current, head = revisions(engine)
        assert current == head
        assert first == (0, f"{name(engine)} is at revision {head} (before: empty)\n", "")
        assert second == (0, f"{name(engine)} is at revision {head}\n", "")


def test_rebuild_corrects_the_hourly_sums_that_differ_from_the_calls(run: Command, engine: Engine) -> None:
    with writer(engine).begin() as connection:
        connection.execute(delete(hourly["hourly_by_caller"]))

    printed = [run("migrate", "--rebuild").out.splitlines()[-1] for _ in range(2)]

    assert [line.split(" had ")[0] for line in printed] == ["3 hours", "0 hours"]
    assert printed[0].endswith(" had sums that differed from the calls; corrected")


def test_sums_are_not_compared_unless_asked_for(run: Command, engine: Engine) -> None:
    with writer(engine).begin() as connection:
        connection.execute(delete(hourly["hourly_by_caller"]))

    assert run("migrate").out.count("\n") == 1
