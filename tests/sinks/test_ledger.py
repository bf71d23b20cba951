"""The sink for each kind of ledger."""

from datetime import timedelta
from pathlib import Path

import pytest
from farebox.errors import SettingsError
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.sinks.database import DatabaseSink
from farebox.sinks.ledger import ledger_sink
from farebox.store.engine import open_engine


def test_each_ledger_has_its_sink(tmp_path: Path) -> None:
    assert isinstance(ledger_sink(open_engine(f"sqlite:///{tmp_path}/l.db"), sidecar="a"), DatabaseSink)
    assert isinstance(ledger_sink(open_engine("clickhouse://h/d"), sidecar="a"), ClickHouseSink)


def test_sums_without_callers_are_refused_where_sums_are_those_of_the_calls() -> None:
    with pytest.raises(SettingsError, match=r"retention\.hourly.*remove"):
        ledger_sink(open_engine("clickhouse://h/d"), sidecar="a", keep_callers=timedelta(days=1))
