"""How much the tests repeat: a sample by default, everything for `make exhaustive`, which sets FAREBOX_TESTS."""

import os
import random
import zlib

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
