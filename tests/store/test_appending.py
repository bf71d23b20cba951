"""What is refused on a ledger that only appends."""

from pathlib import Path

import pytest
from farebox.errors import LedgerError
from farebox.store.appending import is_appending, refuse_appending
from farebox.store.engine import open_engine
from farebox.store.rollups.rebuild import rebuild


def test_what_needs_changed_rows_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(LedgerError, match="is on ClickHouse") as raised:
        rebuild(open_engine("clickhouse://u:canary-secret@h/d"))
    assert "canary-secret" not in str(raised.value)


def test_other_ledgers_are_not_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/l.db")
    assert not is_appending(engine)
    refuse_appending(engine, "nothing", "nothing")
