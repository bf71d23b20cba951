"""The way to the spool."""

import os
from pathlib import Path

import pytest
from farebox.errors import LedgerAwayError
from farebox.folder import claim
from farebox.recorder.opening import ROLE, Opening
from farebox.settings import load
from farebox.spool.reader import SpoolReader

from .ledgers import opened


def test_the_spool_is_one_recorders_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path / "ledger.db") as engine:
        opening = Opening(load({"home": str(tmp_path)}, environment={}), engine)

        with claim(tmp_path, ROLE), pytest.raises(LedgerAwayError, match=rf"process {os.getpid()}, .* has not ended"):
            opening()
        assert isinstance(opening(), SpoolReader)
        assert isinstance(opening(), SpoolReader)
        with pytest.raises(LedgerAwayError):
            Opening(load({"home": str(tmp_path)}, environment={}), engine)()

        opening.close()
        with claim(tmp_path, ROLE, waits=False):
            pass
