"""The way to the spool."""

import os
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.errors import LedgerAwayError
from farebox.home.folder import claim
from farebox.recorder.spool_opener import ROLE, SpoolOpener
from farebox.spool.reader import SpoolReader

from tests.support.ledgers import opened


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
