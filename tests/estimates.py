"""How far estimates are from what providers reported: `make estimates` prints it for the recorded exchanges.

The usage of one half is hidden; the other half teaches. The halves are dealt by the exchange's id, so every run is the
same.
"""

import collections
import random
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from farebox.recorder.estimates import RatioModel, estimate
from farebox.records.reading import Reading
from farebox.records.usage import Usage

from tests.corpus import exchanges, folder, read

# A request that nobody sent tells nothing about tokens: of these, only the response was recorded.
_MADE_UP = frozenset({"response-fixture", "raw-response"})


class Error(NamedTuple):
    """One estimate: how far off, as a share of what was reported, and whether that lies within the band."""

    share: float
    is_within: bool


def calls(corpus: Path) -> Iterator[Reading]:
    """Yield the Readings of recorded calls that went well and whose usage is known."""
    dice = random.Random(0)
    for exchange, _ in exchanges(corpus):
        if exchange["fidelity"] in _MADE_UP:
            continue
        reading = read(exchange, dice)
        if reading and reading.outcome == "ok" and reading.usage.input_tokens:
            yield reading


def errors(readings: Iterable[Reading], learned: RatioModel) -> dict[tuple[str, str], list[Error]]:
    """Return the errors by provider and column when the usage of `readings` is hidden."""
    found: dict[tuple[str, str], list[Error]] = collections.defaultdict(list)
    for reading in readings:
        hidden = estimate(msgspec.structs.replace(reading, usage=Usage()), learned)
        for column, guess in hidden.bands.items():
            if reported := getattr(reading.usage, column):
                share = abs(guess.likely - reported) / reported
                for provider in (reading.provider, "all"):
                    found[provider, column].append(Error(share, guess.low <= reported <= guess.high))
    return found


def halves(corpus: Path) -> tuple[list[Reading], list[Reading]]:
    """Return the calls that teach and those that test."""
    both: tuple[list[Reading], list[Reading]] = ([], [])
    for reading in calls(corpus):
        both[zlib.crc32(reading.id.encode()) & 1].append(reading)
    return both


def main() -> int:
    corpus = folder()
    if corpus is None:
        print("FAREBOX_SHARED is not set: no exchanges to read")
        return 1
    teaching, testing = halves(corpus)
    learned = RatioModel()
    before = errors(testing, learned)
    for reading in teaching:
        learned.learn(reading)
    after = errors(testing, learned)
    print(f"{len(teaching)} calls teach, {len(testing)} test; error as a share of what was reported")
    print(f"{'provider':18} {'column':14} {'calls':>5}   {'before: median':>14} {'p90':>7} {'within':>7}", end="")
    print(f"   {'after: median':>14} {'p90':>7} {'within':>7}")
    for place in sorted(before, key=lambda place: (place[1], place[0] != "all", -len(before[place]))):
        figures = "   ".join(_figures(table[place]) for table in (before, after))
        print(f"{place[0]:18} {place[1]:14} {len(before[place]):5}   {figures}")
    return 0


def _figures(found: list[Error]) -> str:
    shares = sorted(error.share for error in found)
    median, p90 = shares[len(shares) // 2], shares[len(shares) * 9 // 10]
    within = sum(error.is_within for error in found) / len(found)
    return f"{median:14.0%} {p90:7.0%} {within:7.0%}"


if __name__ == "__main__":
    sys.exit(main())
