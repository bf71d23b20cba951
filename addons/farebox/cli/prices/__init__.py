"""`farebox prices`: one file per command of it."""
