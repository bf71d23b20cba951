"""Usage as it is billed: amounts of which none lies inside another."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..usage import Usage, total
from .consumption import Consumption

# Amounts beside the columns of the same name: the part of each that nothing below it takes away.
REQUESTS = "requests"
DURATION = "duration_ms"
CACHED_AUDIO = "cache_read_audio_tokens"
CACHED_IMAGE = "cache_read_image_tokens"
INPUT_VIDEO = "input_video_tokens"
OUTPUT_VIDEO = "output_video_tokens"
PAGES, ANNOTATED_PAGES = "pages", "annotated_pages"


@dataclass(frozen=True, slots=True)
class Amounts:
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
    found = {name: amount for name, amount in (usage.units or {}).items() if amount}
    whole, reasons = _input(usage)
    _split_input(usage, whole, found)
    _split_output(usage, found)
    if ANNOTATED_PAGES in found:
        found[PAGES] = found.get(PAGES, found[ANNOTATED_PAGES]) - found[ANNOTATED_PAGES]
    found[REQUESTS] = asked.calls
    if asked.duration_ms:
        found[DURATION] = asked.duration_ms
    least, most = _longest(asked, whole)
    return Amounts(found, least, reasons, min(found.values()) >= 0, most)


def _longest(asked: Consumption, whole: int) -> tuple[int, int]:
    """Return the least and the most that the longest of the calls may have read."""
    if asked.longest_input is not None:
        return asked.longest_input, asked.longest_input
    return (whole, whole) if asked.calls == 1 else (0, whole)


def _input(usage: Usage) -> tuple[int, tuple[str, ...]]:
    cached = total(usage.cache_read_tokens, usage.cache_write_tokens) or 0
    if usage.input_tokens is None:
        return cached, ()
    if usage.input_tokens < cached:
        return cached, ("cache_exceeds_input",)
    return usage.input_tokens, ()


def _split_input(usage: Usage, whole: int, found: dict[str, int]) -> None:
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    hour = usage.cache_write_1h_tokens or 0
    heard, seen = found.get(CACHED_AUDIO, 0), found.get(CACHED_IMAGE, 0)
    audio, image = (usage.input_audio_tokens or 0) - heard, (usage.input_image_tokens or 0) - seen
    video = found.pop(INPUT_VIDEO, 0)
    parts = {
        "cache_read_tokens": read - heard - seen,
        "cache_write_tokens": written - hour,
        "cache_write_1h_tokens": hour,
        "input_audio_tokens": audio,
        "input_image_tokens": image,
        INPUT_VIDEO: video,
        "input_tokens": whole - read - written - audio - image - video,
    }
    if image + video > 0 and parts["input_tokens"] < 0:
        # Pictures may lie in what was cached, which is not told; that they cost what text does then loses nothing.
        parts["input_tokens"] += image + video
        parts["input_image_tokens"] = parts[INPUT_VIDEO] = 0
    found |= {name: amount for name, amount in parts.items() if amount}


def _split_output(usage: Usage, found: dict[str, int]) -> None:
    audio, image = usage.output_audio_tokens or 0, usage.output_image_tokens or 0
    video = found.pop(OUTPUT_VIDEO, 0)
    media = audio + image + video
    whole = usage.output_tokens if usage.output_tokens is not None else media
    reasoning = min(usage.reasoning_tokens or 0, max(0, whole - media))
    parts = {
        "output_audio_tokens": audio,
        "output_image_tokens": image,
        OUTPUT_VIDEO: video,
        "reasoning_tokens": reasoning,
        "output_tokens": whole - media - reasoning,
    }
    found |= {name: amount for name, amount in parts.items() if amount}
