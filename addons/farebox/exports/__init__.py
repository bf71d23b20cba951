"""Rows of the ledger in the formats that other programs read."""
