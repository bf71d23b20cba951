"""How much the tests repeat: a sample by default, everything for `make exhaustive`, which sets FAREBOX_TESTS."""

import os
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

EXHAUSTIVE = os.environ.get("FAREBOX_TESTS") == "exhaustive"
_SHARE = 12
_EDGE = 12


def lengths(body: bytes) -> list[int]:
    """Return the lengths at which to cut `body` short: each one, or the first and last and a twelfth of the others.

    The sample is the same in each run.
    """
    if EXHAUSTIVE:
        return [*range(len(body))]
    edges = {*range(min(_EDGE, len(body))), *range(max(0, len(body) - _EDGE), len(body))}
    chosen = random.Random(zlib.crc32(body)).sample(range(len(body)), len(body) // _SHARE)
    return sorted(edges.union(chosen))


def in_turn[T](items: Iterable[T], turn: int | None, share: int = 3) -> Iterator[T]:
    """Yield every third item, or another `share`: as many turns in a row yield all. Without a turn, yield each item."""
    return iter(items) if EXHAUSTIVE or turn is None else islice(items, turn % share, None, share)


def few[T](items: Sequence[T]) -> Sequence[T]:
    """Return the first two of `items`: each costs the start of a sidecar."""
    return items if EXHAUSTIVE else items[:2]
