"""The ledger: the only SQLAlchemy."""
