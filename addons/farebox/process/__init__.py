"""A process, its signals and its parent."""
