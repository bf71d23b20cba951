"""Rows of the ledger in formats for other programs."""
