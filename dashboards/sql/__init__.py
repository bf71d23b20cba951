"""The queries to the ledger: written once, in the dialect of the database that keeps it."""
