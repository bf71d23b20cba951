"""Bodies in pieces, as a network delivers them."""

from itertools import pairwise


def pieces(body: bytes, cuts: list[int]) -> list[bytes]:
    """Return `body` cut at `cuts`, which may lie anywhere and twice in one place."""
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(places)]


def byte_by_byte(body: bytes) -> list[bytes]:
    """Return `body` in pieces of one byte."""
    return [body[place : place + 1] for place in range(len(body))]
