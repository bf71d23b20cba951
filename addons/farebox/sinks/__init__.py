"""Where Records go: one file per destination."""
