"""What lies beside the prompt and the completion, as the total shows: cache, audio or reasoning.

Providers and gateways disagree on whether a part lies within its whole, so the total decides. It is believed only if
exactly one choice of parts explains it: some gateways count a part in the total twice.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from ..records.usage import total

READ, WRITTEN, AUDIO, REASONING = "read", "written", "audio", "reasoning"
_CACHE = frozenset({READ, WRITTEN})


class Totals(NamedTuple):
    """The input and output with all their parts."""

    input: int | None
    output: int | None


def totals(prompt: int | None, completion: int | None, whole: int | None, parts: Mapping[str, int | None]) -> Totals:
    """Return the totals of a usage whose `prompt` and `completion` may leave out some of `parts`.

    Without a total, a cache greater than the prompt lies beside it: it can't lie within.
    """
    told = {name: number for name, number in parts.items() if number}
    outside = _beside(prompt, completion, whole, told)
    into = total(prompt, *(told[name] for name in outside if name != REASONING))
    # Reasoning alone is not the output.
    beside = [told[name] for name in outside if name == REASONING and completion is not None]
    return Totals(into, total(completion, *beside))


def _beside(prompt: int | None, completion: int | None, whole: int | None, told: Mapping[str, int]) -> frozenset[str]:
    if prompt is None or not told:
        return frozenset()
    if whole is None:
        cache = sum(told.get(name, 0) for name in _CACHE)
        return _CACHE & told.keys() if cache > prompt else frozenset()
    excess = whole - prompt - (completion or 0)
    # Reasoning that the completion can hold lies within it, whatever the total says: totals that count it twice exist.
    able = {name: number for name, number in told.items() if name != REASONING or number > (completion or 0)}
    readings = (
        [choice for choice in _choices(able) if sum(able[name] for name in choice) == excess] if excess > 0 else []
    )
    return readings[0] if len(readings) == 1 else frozenset()


def _choices(parts: Mapping[str, int]) -> Iterator[frozenset[str]]:
    for size in range(1, len(parts) + 1):
        yield from map(frozenset, combinations(parts, size))
