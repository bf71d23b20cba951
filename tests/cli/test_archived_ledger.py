"""An archive that is read as a ledger."""

from pathlib import Path

from farebox.cli.archived_ledger import archived_ledger
from farebox.exports.archive.months import archive
from farebox.store.months import Month
from farebox.store.sums import Scope
from sqlalchemy import Engine

from tests.store.transfer.ledgers import fill, rows, some_calls, sums


def test_it_has_the_calls_and_their_sums_and_goes_with_the_block(engine: Engine, tmp_path: Path) -> None:
    fill(engine, some_calls(17))
    archive(engine, Month(2026, 9), tmp_path / "archive", dry=False)

    with archived_ledger(tmp_path / "archive", Scope()) as ledger:
        assert rows(ledger) == rows(engine)
        assert sums(ledger) == sums(engine)
        path = Path(str(ledger.url.database))

    assert not path.parent.exists()
