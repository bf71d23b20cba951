"""farebox reads what every LLM call costs, from the wire."""

# A literal, as in pyproject.toml: to read the metadata of the installed package takes longer than `--version` may.
__version__ = "0.1.0"
