"""Which kind of target a ledger is."""

from pathlib import Path

import pytest
from farebox.store.engine import open_engine
from farebox.store.transfer.clickhouse_target import ClickHouseTarget
from farebox.store.transfer.sql_target import SqlTarget
from farebox.store.transfer.target import target_of


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:///{}/ledger.db", SqlTarget),
        ("postgresql://127.0.0.1:1/db", SqlTarget),
        ("clickhouse://127.0.0.1:1/db", ClickHouseTarget),
    ],
)
def test_only_clickhouse_is_appended_to(url: str, kind: type, tmp_path: Path) -> None:
    engine = open_engine(url.format(tmp_path))

    assert isinstance(target_of(engine), kind)
    engine.dispose()
