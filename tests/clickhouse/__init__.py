"""Checks of the ledger on ClickHouse that need more servers, or more time, than tests."""
