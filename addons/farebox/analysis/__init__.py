"""The ledger's calls, priced again or on other models."""
