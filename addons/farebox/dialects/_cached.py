"""The one vocabulary for cached tokens: the names that providers and gateways give them, wherever they stand."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..records import clean
from ._base import mapping

# Objects that hold the details of the input, beside the usage object itself.
_DETAILS = ("prompt_tokens_details", "prompt_token_details", "input_tokens_details", "input_token_details")
_READ = (
    *("cached_tokens", "cached_read_tokens", "cache_read_tokens", "cache_read_input_tokens", "num_cached_tokens"),
    *("cached_input_tokens", "prompt_cache_hit_tokens"),
    *("cacheReadInputTokens", "cacheReadInputTokenCount"),
)
_WRITTEN = (
    *("cache_write_tokens", "cached_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens"),
    *("cached_creation_tokens", "cache_write_input_tokens"),
    *("cacheWriteInputTokens", "cacheWriteInputTokenCount"),
)
# Objects that split the writes by how long the cache keeps them.
_SPLITS = (
    *("cache_creation", "cache_creation_token_details", "cache_creation_tokens_details", "cache_write_details"),
    *("cached_write_token_details", "cache_write_token_details"),
)
_HOUR = ("ephemeral_1h_input_tokens", "ephemeral_1h_tokens")
_MINUTES = ("ephemeral_5m_input_tokens", "ephemeral_5m_tokens")
# Bedrock's list of writes by the time for which the cache keeps them.
_TTLS = "cacheDetails"
# DashScope's mark of an explicit cache, whose reads and writes have prices of their own.
_KIND = "cache_type"
_ANY = frozenset({*_READ, *_WRITTEN, *_SPLITS})
_READ_WORDS, _WRITTEN_WORDS = frozenset(_READ), frozenset(_WRITTEN)
WORDS = frozenset({*_READ, *_WRITTEN, *_HOUR, *_MINUTES})


class Cached(NamedTuple):
    """Tokens read from a cache, written to it, and those of the writes that it keeps for one hour."""

    read: int | None = None
    written: int | None = None
    one_hour: int | None = None

    @property
    def whole(self) -> int:
        """The tokens read and written."""
        return (self.read or 0) + (self.written or 0)


_NONE = Cached()


def cached(usage: Mapping[str, Any]) -> Cached:
    """Return the cached tokens that `usage` states under any name, in itself or in the details of its input.

    A zero under one name does not replace the number under another.
    """
    places = _places(usage)
    if _TTLS not in usage and all(map(_ANY.isdisjoint, places)):
        return _NONE
    written, hour, minutes = _stated(places, _WRITTEN), *_split(usage, places)
    if written is None and (hour is not None or minutes is not None):
        written = (hour or 0) + (minutes or 0)
    # A split that does not add up to the writes is not the split of these.
    is_split = hour is not None and hour + (minutes or 0) == written
    return Cached(_stated(places, _READ), written, hour if is_split else None)


def is_contradictory(usage: Mapping[str, Any]) -> bool:
    """Return whether the reads or the writes have two different numbers, or the writes a split that is not theirs."""
    places = _places(usage)
    # One count of the cache contradicts nothing.
    if len([name for place in places for name in place if name in _ANY]) < 2:
        return False
    splits = _inner(places, _SPLITS)
    halves = [number for names in (_HOUR, _MINUTES) if (number := _stated(splits, names)) is not None]
    written = _stated(places, _WRITTEN)
    is_split = len(halves) != 1 or halves != [0]
    if halves and is_split and written is not None and sum(halves) != written:
        return True
    return len(_numbers(places, _READ_WORDS)) > 1 or len(_numbers(places, _WRITTEN_WORDS)) > 1


def is_explicit(usage: Mapping[str, Any]) -> bool:
    """Return whether the usage is that of a cache which the request asked for (DashScope)."""
    return any(one.get(_KIND) == "ephemeral" for one in _inner([usage], _DETAILS))


def _split(usage: Mapping[str, Any], places: Iterable[Mapping[str, Any]]) -> tuple[int | None, int | None]:
    """Return the writes for one hour and those for five minutes."""
    details = usage.get(_TTLS)
    if isinstance(details, list):
        by_time = [(mapping(one).get("ttl"), clean.count(mapping(one).get("inputTokens")) or 0) for one in details]
        return tuple(sum(number for ttl, number in by_time if ttl == wanted) for wanted in ("1h", "5m"))  # type: ignore[return-value]
    splits = _inner(places, _SPLITS)
    return _stated(splits, _HOUR), _stated(splits, _MINUTES)


def _places(usage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return where counts of a cache can stand: the details of the input, and the usage object itself."""
    return [*_inner([usage], _DETAILS), usage]


def _inner(places: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Return the objects that `places` have under `names`."""
    found = (place.get(name) for place in places for name in names if name in place)
    return [one for one in found if isinstance(one, dict)]


def _stated(places: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> int | None:
    """Return the first count above zero under one of `names`; 0 if only zeros are stated, None if nothing is."""
    first = None
    for place in places:
        for name in names:
            if name in place and (number := clean.count(place.get(name))) is not None:
                if number:
                    return number
                first = number
    return first


def _numbers(places: Iterable[Mapping[str, Any]], names: frozenset[str]) -> set[int]:
    """Return the different counts above zero under any of `names`."""
    counts = (clean.count(value) for place in places for name, value in place.items() if name in names)
    return {number for number in counts if number}
