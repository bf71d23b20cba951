"""Copies a ledger into another one, on whichever database, while sidecars go on writing to the first."""
