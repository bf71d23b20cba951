"""Closed months of calls as Parquet files, which are proven against the ledger and read as one."""
