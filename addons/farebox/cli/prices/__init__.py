"""`farebox prices`: one file per command."""
