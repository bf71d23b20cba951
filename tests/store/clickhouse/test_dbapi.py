"""Connections and cursors."""

import pytest
from farebox.store.clickhouse import dbapi
from farebox.store.clickhouse.http import Server

from tests.support.clickhouse import Cluster


def test_rows_come_with_names_and_types(clickhouse: Cluster) -> None:
    cursor = dbapi.Connection(clickhouse.server()).cursor()
    cursor.execute("SELECT %(text)s AS text, NULL AS nothing, toInt64(-1) AS number", {"text": "it's\t\\"})
    assert cursor.description is not None
    assert [column[0] for column in cursor.description] == ["text", "nothing", "number"]
    assert cursor.fetchone() == ("it's\t\\", None, -1)
    assert cursor.fetchone() is None


def test_a_server_that_is_gone_is_an_operational_error(clickhouse: Cluster) -> None:
    gone = Server(clickhouse.server().address, patience=1)
    object.__setattr__(gone.address, "port", 1)
    with pytest.raises(dbapi.OperationalError, match="refused"):
        dbapi.Connection(gone)
