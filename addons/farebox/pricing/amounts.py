"""Usage as it is billed: disjoint amounts."""

from collections.abc import Mapping
from typing import NamedTuple

from ..records.usage import Usage
from .consumption import Consumption

# Amounts that are not columns of the ledger.
REQUESTS = "requests"
DURATION = "duration_ms"
MACHINE = "machine_ms"
CACHED_AUDIO = "cache_read_audio_tokens"
CACHED_IMAGE = "cache_read_image_tokens"
INPUT_VIDEO = "input_video_tokens"
OUTPUT_VIDEO = "output_video_tokens"
_SESSIONS = "code_interpreter_sessions"
PAGES, ANNOTATED_PAGES = "pages", "annotated_pages"
_TOKENS = (
    *("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens"),
    *("input_audio_tokens", "input_image_tokens", INPUT_VIDEO),
    *("output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens", OUTPUT_VIDEO),
)
_NONE: Mapping[str, int] = {}


class Amounts(NamedTuple):
    """Billed amounts by name of the ledger's column or unit, and the total input, which selects long-context prices.

    In `by_name`, each amount excludes the others: `input_tokens` is the input that is neither cached nor audio nor an
    image, and so on. For several calls summed up, the total input is that of the longest; if that isn't known, it is 0
    and `input_at_most` is the sum. `reasons` name contradictions in the usage; `is_possible` is False if the amounts
    make no sense.
    """

    by_name: Mapping[str, int]
    input_tokens: int
    reasons: tuple[str, ...] = ()
    is_possible: bool = True
    input_at_most: int = 0


def amounts(asked: Consumption) -> Amounts:
    """Return the disjoint amounts of a call's usage."""
    usage = asked.usage
    units = usage.units or _NONE
    cached = (usage.cache_read_tokens or 0) + (usage.cache_write_tokens or 0)
    stated = cached if usage.input_tokens is None else usage.input_tokens
    whole = max(stated, cached)
    parts = (*_input(usage, whole - cached, units), *_output(usage, units))
    found = {name: amount for name, amount in zip(_TOKENS, parts, strict=True) if amount}
    if units:
        _add(found, units)
    if _SESSIONS in found:
        # A container is billed by its memory, which is 1 GB unless the request asks for more.
        found[_SESSIONS] *= int(asked.context.get("memory_limit", "1g").removesuffix("g"))
    found[REQUESTS] = asked.calls
    if asked.machine_ms is not None:
        found[MACHINE] = asked.machine_ms
    elif asked.duration_ms:
        found[DURATION] = asked.duration_ms
    least, most = _longest(asked, whole)
    return Amounts(found, least, _reasons(usage, stated, cached), min(found.values()) >= 0, most)


def _reasons(usage: Usage, stated: int, cached: int) -> tuple[str, ...]:
    """Return which parts are greater than their totals: more was consumed than the totals say."""
    reasons: tuple[str, ...] = ("cache_exceeds_input",) if stated < cached else ()
    if usage.reasoning_tokens and usage.reasoning_tokens > (usage.output_tokens or 0):
        reasons += ("reasoning_exceeds_output",)
    return reasons


def _longest(asked: Consumption, whole: int) -> tuple[int, int]:
    """Return the lowest and highest possible input of the longest call."""
    if asked.longest_input is not None:
        least = asked.longest_input if asked.shortest_input is None else asked.shortest_input
        return least, asked.longest_input
    return (whole, whole) if asked.calls == 1 else (0, whole)


def _input(usage: Usage, plain: int, units: Mapping[str, int]) -> tuple[int, ...]:
    """Return the parts of the input, of which `plain` tokens are not cached."""
    read, written, hour = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0, usage.cache_write_1h_tokens or 0
    audio, image, video = usage.input_audio_tokens or 0, usage.input_image_tokens or 0, 0
    if units:
        cached_audio, cached_image, video = (
            units.get(CACHED_AUDIO, 0),
            units.get(CACHED_IMAGE, 0),
            units.get(INPUT_VIDEO, 0),
        )
        read, audio, image = read - cached_audio - cached_image, audio - cached_audio, image - cached_image
    plain -= audio + image + video
    if plain < 0 < image + video:
        # Images can be part of the cached input, which the usage does not show; priced as text, nothing is lost.
        plain, image, video = plain + image + video, 0, 0
    return plain, read, written - hour, hour, audio, image, video


def _output(usage: Usage, units: Mapping[str, int]) -> tuple[int, ...]:
    audio, image = usage.output_audio_tokens or 0, usage.output_image_tokens or 0
    video = units.get(OUTPUT_VIDEO, 0)
    media = audio + image + video
    text = 0 if usage.output_tokens is None else usage.output_tokens - media
    reasoning = min(usage.reasoning_tokens or 0, max(0, text))
    return text - reasoning, reasoning, audio, image, video


def _add(found: dict[str, int], units: Mapping[str, int]) -> None:
    """Add the units that are not among the tokens."""
    found |= {name: amount for name, amount in units.items() if amount and name not in _TOKENS}
    if ANNOTATED_PAGES in found:
        found[PAGES] = found.get(PAGES, found[ANNOTATED_PAGES]) - found[ANNOTATED_PAGES]
