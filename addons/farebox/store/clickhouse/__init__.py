"""ClickHouse as the ledger, over its HTTP interface: the same queries as for the other databases, appended rows."""
