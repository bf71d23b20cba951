"""Parts of tests: local providers, clients, ledgers and processes."""
