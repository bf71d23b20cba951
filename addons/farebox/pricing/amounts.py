"""Usage as it is billed: amounts of which none lies inside another."""

from collections.abc import Mapping
from typing import NamedTuple

from ..records.usage import Usage
from .consumption import Consumption

# Amounts beside the columns of the same name: the part of each that nothing below it takes away.
REQUESTS = "requests"
DURATION = "duration_ms"
CACHED_AUDIO = "cache_read_audio_tokens"
CACHED_IMAGE = "cache_read_image_tokens"
INPUT_VIDEO = "input_video_tokens"
OUTPUT_VIDEO = "output_video_tokens"
PAGES, ANNOTATED_PAGES = "pages", "annotated_pages"
_TOKENS = (
    *("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens"),
    *("input_audio_tokens", "input_image_tokens", INPUT_VIDEO),
    *("output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens", OUTPUT_VIDEO),
)
_NONE: Mapping[str, int] = {}


class Amounts(NamedTuple):
    """What is billed, by name of the ledger's column or unit, and the input in all, which long-context prices go by.

    `input_tokens` among them is the input that is neither cached nor audio nor an image, and so on. Where many calls
    are summed up, the input in all is that of the longest; where none is told, it is 0, and `input_at_most` their sum.
    `reasons` tell what in the usage cannot be; `is_possible` is False where no reading of it makes sense.
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
    told = cached if usage.input_tokens is None else usage.input_tokens
    whole = max(told, cached)
    parts = (*_input(usage, whole - cached, units), *_output(usage, units))
    found = {name: amount for name, amount in zip(_TOKENS, parts, strict=True) if amount}
    if units:
        _add(found, units)
    found[REQUESTS] = asked.calls
    if asked.duration_ms:
        found[DURATION] = asked.duration_ms
    least, most = _longest(asked, whole)
    return Amounts(found, least, _reasons(usage, told, cached), min(found.values()) >= 0, most)


def _reasons(usage: Usage, told: int, cached: int) -> tuple[str, ...]:
    """Return which shares are greater than what they are shares of, so that there was more than the totals say."""
    reasons: tuple[str, ...] = ("cache_exceeds_input",) if told < cached else ()
    if usage.reasoning_tokens and usage.reasoning_tokens > (usage.output_tokens or 0):
        reasons += ("reasoning_exceeds_output",)
    return reasons


def _longest(asked: Consumption, whole: int) -> tuple[int, int]:
    """Return the least and the most that the longest of the calls may have read."""
    if asked.longest_input is not None:
        return asked.longest_input, asked.longest_input
    return (whole, whole) if asked.calls == 1 else (0, whole)


def _input(usage: Usage, plain: int, units: Mapping[str, int]) -> tuple[int, ...]:
    """Return the parts of the input, of which `plain` tokens are not cached."""
    read, written, hour = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0, usage.cache_write_1h_tokens or 0
    audio, image, video = usage.input_audio_tokens or 0, usage.input_image_tokens or 0, 0
    if units:
        heard, seen, video = units.get(CACHED_AUDIO, 0), units.get(CACHED_IMAGE, 0), units.get(INPUT_VIDEO, 0)
        read, audio, image = read - heard - seen, audio - heard, image - seen
    plain -= audio + image + video
    if plain < 0 < image + video:
        # Pictures may lie in what was cached, which is not told; that they cost what text does then loses nothing.
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
