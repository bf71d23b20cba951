"""A made-up session with a made-up provider, through the real proxy."""
