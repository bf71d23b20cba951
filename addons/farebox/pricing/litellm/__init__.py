"""LiteLLM's list of prices, vendored: the data alone, never the package."""
