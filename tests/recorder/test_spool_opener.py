"""The way to the spool."""

import os
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.errors import LedgerAwayError
from farebox.home.folder import claim
from farebox.recorder import spool_opener
from farebox.recorder.spool_opener import ROLE, SpoolOpener
from farebox.spool.reader import SpoolReader
from farebox.store.engine import name
from farebox.store.migrate import migrate
from farebox.store.revisions import revisions
from sqlalchemy import Engine

from tests.support.ledgers import opened, upgrade


def test_the_spool_is_one_recorders_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path / "ledger.db") as engine:
        opening = SpoolOpener(load({"home": str(tmp_path)}, environment={}), engine)

        with claim(tmp_path, ROLE), pytest.raises(LedgerAwayError) as away:
            opening()
        trouble = f"process {os.getpid()}, the recorder of a killed farebox, has not ended yet"
        assert (str(away.value), away.value.trouble) == (f"data folder {tmp_path}: {trouble}", trouble)
        assert isinstance(opening(), SpoolReader)
        assert isinstance(opening(), SpoolReader)
        with pytest.raises(LedgerAwayError):
            SpoolOpener(load({"home": str(tmp_path)}, environment={}), engine)()

        opening.close()
        with claim(tmp_path, ROLE, waits=False):
            pass


def test_a_ledger_of_an_earlier_version_is_migrated_and_that_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str | None] = []

    def watched(engine: Engine, *, patience: float) -> None:
        told.append(opening.under_way)
        migrate(engine, patience=patience)

    monkeypatch.setattr(spool_opener, "migrate", watched)
    with opened(tmp_path / "ledger.db") as engine:
        upgrade(engine, "0010")
        opening = SpoolOpener(load({"home": str(tmp_path)}, environment={}), engine)

        opening()
        opening.close()

        current, head = revisions(engine)
    assert current == head
    assert caplog.messages == [
        f"ledger {name(engine)} is being migrated from revision 0010 to {head}; calls wait in the spool"
    ]
    assert told == [f"it is being migrated from revision 0010 to {head}"]
    assert opening.under_way is None
