"""What tests are made with: local providers, clients, ledgers, processes."""
