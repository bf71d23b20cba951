"""`farebox librechat` and its commands."""
