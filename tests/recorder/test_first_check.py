"""The ledger at a start."""

from pathlib import Path

import pytest
from farebox.config.settings import Settings
from farebox.recorder.first_check import check_ledger
from farebox.store.revisions import revisions
from sqlalchemy import Engine

from tests.support.ledgers import upgrade


@pytest.mark.parametrize(
    ("earlier", "migrates", "is_at_head"),
    [("0004", False, False), ("0004", True, True), ("base", False, True)],
    ids=["an earlier one", "an earlier one that nobody else migrates", "an empty one"],
)
def test_a_start_migrates_no_ledger_where_calls_would_wait_for_it(
    empty: Engine, tmp_path: Path, earlier: str, migrates: bool, is_at_head: bool
) -> None:
    upgrade(empty, earlier)
    settings = Settings(home=str(tmp_path / "home"), ledger=empty.url.render_as_string(hide_password=False))

    check_ledger(settings, migrates=migrates)

    current, head = revisions(empty)
    assert (current == head) is is_at_head
    assert current in {head, earlier}
