"""How long to wait until a destination is tried again."""

FIRST_SECONDS = 5.0
# An event reaches a destination that was away at most this much later than it is back.
LONGEST_SECONDS = 600.0
_FACTOR = 3.0
_SPREAD = 0.2
# Beyond, the longest wait is reached anyway.
_MOST = 10


def delay(failures: int, chance: float, *, least: float = 0.0) -> float:
    """Return the seconds until the next attempt after so many `failures` in a row, at least `least`.

    `chance`, from 0 to 1, spreads those that failed together.
    """
    grown = FIRST_SECONDS * _FACTOR ** min(max(failures - 1, 0), _MOST)
    spread = 1 + _SPREAD * (2 * chance - 1)
    return min(max(min(grown, LONGEST_SECONDS) * spread, least), LONGEST_SECONDS * (1 + _SPREAD))
