"""The tables' definitions."""

from farebox.records.columns import NAMES
from farebox.store.clickhouse import tables

MODERN, OLD = (26, 9), (18, 16)


def test_a_table_has_every_column_of_the_ledger() -> None:
    for version in (MODERN, OLD):
        calls, changes, *_ = tables.tables(version)
        assert [name for name, _ in calls.columns] == list(NAMES)
        assert [name for name, _ in changes.columns] == [*NAMES, "revision", "changed_at", "is_price", "sign"]


def test_an_old_server_gets_no_type_or_setting_that_it_does_not_know() -> None:
    text = "\n".join(sql for table in tables.tables(OLD) for sql in tables.create(table, OLD, "d", None))
    assert not [word for word in ("LowCardinality", "DateTime64", "SETTINGS", "bloom", "fsync") if word in text]


def test_acknowledged_rows_are_on_disk_and_an_outage_of_a_week_doubles_none() -> None:
    [sql] = tables.create(tables.tables(MODERN)[0], MODERN, "d", None)
    assert "fsync_after_insert = 1" in sql
    assert "non_replicated_deduplication_window = 10000" in sql
    local, spread = tables.create(tables.tables(MODERN)[0], MODERN, "d", "c")
    assert "replicated_deduplication_window_seconds = 604800" in local
    assert "Distributed(c, d, calls_local, cityHash64(toString(id)))" in spread


def test_a_column_is_added_on_every_server_of_a_cluster() -> None:
    added = list(tables.add_column(tables.tables(MODERN)[0], ("x", "String"), MODERN, "c"))
    assert added == [
        f"ALTER TABLE {name} ON CLUSTER c ADD COLUMN IF NOT EXISTS `x` String" for name in ("calls_local", "calls")
    ]
