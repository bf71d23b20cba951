"""Making and migrating a ledger on ClickHouse."""

from farebox.store.clickhouse.engine import connected
from farebox.store.migrate import migrate
from farebox.store.revisions import known_revisions, revisions
from sqlalchemy import Engine


def test_an_empty_database_becomes_a_ledger_once(clickhouse_ledger: Engine) -> None:
    head = known_revisions()[-1]
    assert revisions(clickhouse_ledger) == (head, head)
    assert migrate(clickhouse_ledger) == (head, head)


def test_a_ledger_of_an_earlier_version_gets_the_columns_that_it_lacks(clickhouse_ledger: Engine) -> None:
    with connected(clickhouse_ledger) as connection:
        for table in ("calls", "call_changes"):
            connection.ask(f"ALTER TABLE {table} DROP COLUMN plan")
        connection.ask("TRUNCATE TABLE ledger_revisions")
    assert migrate(clickhouse_ledger)[0] is None
    with connected(clickhouse_ledger) as connection:
        assert connection.ask("SELECT count() FROM hourly_by_model WHERE plan = 'x'") == "0\n"
