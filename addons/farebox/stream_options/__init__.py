"""Usage asked for in a stream, and taken out of the answer again."""
