"""One frozen Settings, from farebox.yaml, the environment and the command line."""
