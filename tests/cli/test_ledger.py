"""Commands open a ledger that exists, at the revision of this version."""

from pathlib import Path

import pytest
from farebox.cli.ledger import opened_ledger
from farebox.config.settings import Settings
from farebox.errors import LedgerError
from farebox.store.revisions import revisions

from tests.support.ledgers import opened, upgrade


def test_a_ledger_that_does_not_exist_is_an_error_and_is_not_created(tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path}/none.db"

    with pytest.raises(LedgerError) as error, opened_ledger(Settings(home=str(tmp_path), ledger=ledger)):
        pass

    assert str(error.value) == (
        f"ledger {ledger} does not exist: nothing was recorded yet. Start with `farebox run -- CMD` or `farebox up`, "
        "or name another ledger with --ledger"
    )
    assert not (tmp_path / "none.db").exists()


def test_an_older_ledger_is_migrated_first(tmp_path: Path) -> None:
    with opened(tmp_path / "old.db") as engine:
        upgrade(engine, "0001")

    with opened_ledger(Settings(home=str(tmp_path), ledger=f"sqlite:///{tmp_path}/old.db")) as engine:
        current, head = revisions(engine)

    assert current == head
