"""What the ledger's calls tell when they are priced in other ways."""
