"""The values that flow from the wire to the ledger, and how they are cleaned."""
