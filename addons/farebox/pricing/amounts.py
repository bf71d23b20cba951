"""Usage as it is billed: amounts of which none lies inside another."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..usage import Usage, total
from .consumption import Consumption

# Amounts beside the columns of the same name: the part of each that nothing below it takes away.
REQUESTS = "requests"
DURATION = "duration_ms"
CACHED_AUDIO = "cache_read_audio_tokens"


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is billed, by name of the ledger's column or unit, and the input in all, which long-context prices go by.

    `input_tokens` here is the input that is neither cached nor audio nor an image, and so on. `reasons` tell what in
    the usage cannot be; `is_possible` is False where no reading of it makes sense.
    """

    by_name: Mapping[str, int]
    input_tokens: int
    reasons: tuple[str, ...] = ()
    is_possible: bool = True


def amounts(asked: Consumption) -> Amounts:
    """Return the disjoint amounts of a call's usage."""
    usage = asked.usage
    found = {name: amount for name, amount in (usage.units or {}).items() if amount}
    whole, reasons = _input(usage)
    _split_input(usage, whole, found)
    _split_output(usage, found)
    found[REQUESTS] = 1
    if asked.duration_ms:
        found[DURATION] = asked.duration_ms
    return Amounts(found, whole, reasons, min(found.values()) >= 0)


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
    heard = found.get(CACHED_AUDIO, 0)
    audio, image = (usage.input_audio_tokens or 0) - heard, usage.input_image_tokens or 0
    parts = {
        "cache_read_tokens": read - heard,
        "cache_write_tokens": written - hour,
        "cache_write_1h_tokens": hour,
        "input_audio_tokens": audio,
        "input_image_tokens": image,
        "input_tokens": whole - read - written - audio - image,
    }
    if image and parts["input_tokens"] < 0:
        # Images may lie in what was cached, which is not told; that they cost what text does then loses nothing.
        parts["input_tokens"] += image
        parts["input_image_tokens"] = 0
    found |= {name: amount for name, amount in parts.items() if amount}


def _split_output(usage: Usage, found: dict[str, int]) -> None:
    audio, image = usage.output_audio_tokens or 0, usage.output_image_tokens or 0
    whole = usage.output_tokens if usage.output_tokens is not None else audio + image
    reasoning = min(usage.reasoning_tokens or 0, max(0, whole - audio - image))
    parts = {
        "output_audio_tokens": audio,
        "output_image_tokens": image,
        "reasoning_tokens": reasoning,
        "output_tokens": whole - audio - image - reasoning,
    }
    found |= {name: amount for name, amount in parts.items() if amount}
