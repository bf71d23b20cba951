"""What LiteLLM's price fields mean: a table from their names to the ledger's columns and units.

A field is a base (`input_cost_per_token`), a step (`_above_200k_tokens`: all of a call with more input is at that
price) and a tier (`_flex`). Fields are in USD for one. https://docs.litellm.ai/docs/provider_registration/add_model_pricing
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ..rate import MILLION

_TEXT = frozenset({"chat", "responses", "completion"})
_IMAGES = frozenset({"image_generation", "image_edit"})
_SOUND = frozenset({"audio_transcription", "realtime"})
_VIDEO = frozenset({"video_generation"})
_RERANK = frozenset({"rerank"})
_EMBEDDING = frozenset({"embedding"})
MODES = _TEXT | _IMAGES | _SOUND | _VIDEO | _RERANK | _EMBEDDING | {"audio_speech", "moderation", "ocr"}
# Tiers as served, in LiteLLM's spelling, and its name of batch processing.
BATCH = "batches"
TIERS = {
    "flex": "flex",
    "priority": "priority",
    "fast": "priority",
    "ultrafast": "ultrafast",
    "balanced": "balanced",
}
SEARCH = "search_context_cost_per_query"
PIXEL = "input_cost_per_pixel"
TIERED = "tiered_pricing"
OFF_PEAK = "off_peak_pricing"
REGIONAL = "regional_endpoint_uplift_multiplier"
RESIDENCY = "regional_processing_uplift_multiplier_"
FACTORS = "provider_specific_entry"
# Fields that are no price for one of a unit.
SPECIAL = frozenset({SEARCH, PIXEL, TIERED, OFF_PEAK, REGIONAL, f"{RESIDENCY}eu", f"{RESIDENCY}us", FACTORS})


@dataclass(frozen=True, slots=True)
class Meaning:
    """A base's name in the ledger, priced per `per` units. `modes` limits where it means that; None is everywhere."""

    base: str
    name: str
    per: int = 1
    usd_for: int = 1
    modes: frozenset[str] | None = None

    @property
    def is_by_token(self) -> bool:
        return self.usd_for == MILLION


def _token(base: str, name: str) -> Meaning:
    return Meaning(base, name, MILLION, MILLION)


MEANINGS = (
    _token("input_cost_per_token", "input_tokens"),
    _token("cache_read_input_token_cost", "cache_read_tokens"),
    _token("cache_creation_input_token_cost", "cache_write_tokens"),
    _token("cache_creation_input_token_cost_above_1hr", "cache_write_1h_tokens"),
    _token("input_cost_per_audio_token", "input_audio_tokens"),
    _token("cache_read_input_audio_token_cost", "cache_read_audio_tokens"),
    _token("input_cost_per_image_token", "input_image_tokens"),
    _token("cache_read_input_image_token_cost", "cache_read_image_tokens"),
    _token("input_cost_per_video_token", "input_video_tokens"),
    _token("output_cost_per_token", "output_tokens"),
    _token("output_cost_per_reasoning_token", "reasoning_tokens"),
    _token("output_cost_per_audio_token", "output_audio_tokens"),
    _token("output_cost_per_image_token", "output_image_tokens"),
    _token("output_cost_per_video_token", "output_video_tokens"),
    _token("citation_cost_per_token", "citation_tokens"),
    Meaning("input_cost_per_character", "characters", MILLION, MILLION),
    Meaning("output_cost_per_image", "images", modes=_IMAGES),
    # Despite its name, a generated image: gpt-image-1 and Grok Imagine are listed by it.
    Meaning("input_cost_per_image", "images", modes=_IMAGES | _EMBEDDING),
    Meaning("input_cost_per_second", "audio_seconds", modes=_SOUND),
    Meaning("input_cost_per_second", "audio_milliseconds", 1_000, modes=_SOUND),
    Meaning("input_cost_per_audio_per_second", "audio_seconds"),
    Meaning("input_cost_per_audio_per_second", "audio_milliseconds", 1_000),
    Meaning("output_cost_per_second", "video_seconds", modes=_VIDEO),
    Meaning("output_cost_per_second", "video_milliseconds", 1_000, modes=_VIDEO),
    Meaning("output_cost_per_video_per_second", "video_seconds"),
    Meaning("output_cost_per_video_per_second", "video_milliseconds", 1_000),
    Meaning("input_cost_per_video_per_second", "input_video_seconds"),
    Meaning("input_cost_per_query", "search_units", modes=_RERANK),
    Meaning("input_cost_per_query", "requests", modes=_EMBEDDING),
    Meaning("input_cost_per_request", "requests"),
    Meaning("input_cost_per_text_message", "text_messages"),
    Meaning("ocr_cost_per_page", "pages"),
    Meaning("annotation_cost_per_page", "annotated_pages"),
    Meaning("google_maps_grounding_cost_per_query", "maps_grounding_requests"),
    Meaning("code_interpreter_cost_per_session", "code_interpreter_sessions"),
)
_SUFFIXES = {BATCH, *TIERS.values()}
_BASES = sorted({one.base for one in MEANINGS}, key=len, reverse=True)
_STEP = re.compile(r"_above_(\d+)k_tokens")
# The resolution of a video or an image: `output_cost_per_second_720p`.
_WORD = re.compile(r"_(\d+(?:\.\d+)?[kp]?)", re.IGNORECASE)


class Part(NamedTuple):
    """A field in parts: `above` in input tokens, 0 for none; `word` is a resolution, `tier` as LiteLLM spells it."""

    base: str
    above: int = 0
    word: str = ""
    tier: str = ""


@lru_cache(maxsize=1024)
def parsed(field: str) -> Part | None:
    """Return the parts of a field's name; None if it is not a price that is read here."""
    for base in _BASES:
        if field.startswith(base):
            above, word, tier = 0, "", field.removeprefix(base)
            if step := _STEP.match(tier):
                above, tier = int(step[1]) * 1_000, tier[step.end() :]
            if size := _WORD.fullmatch(tier):
                word, tier = size[1].lower(), ""
            tier = tier.removeprefix("_")
            return Part(base, above, word, tier) if not tier or tier in _SUFFIXES else None
    return None


def meanings(mode: str) -> Iterator[Meaning]:
    """Yield the meanings of the bases in an entry of `mode`, the likelier first."""
    return (one for one in MEANINGS if one.modes is None or mode in one.modes)


def is_read(field: str) -> bool:
    """Tell whether `field` sets a price here."""
    return field in SPECIAL or parsed(field) is not None


def words(fields: Iterable[str]) -> frozenset[str]:
    """Return the resolutions that have prices of their own."""
    return frozenset(part.word for field in fields if (part := parsed(field)) and part.word)


def only_output(mode: str) -> str | None:
    """Return the amount that all output of `mode` counts as, whatever tokens it is counted in."""
    return "output_audio_tokens" if mode == "audio_speech" else None


def shares(mode: str) -> tuple[str, ...]:
    """Return the amounts besides text in the output of `mode` that have a price of their own."""
    return ("output_image_tokens",) if mode in _IMAGES else ("output_video_tokens",) if mode in _VIDEO else ()


def is_text(mode: str) -> bool:
    """Tell whether the output of `mode` is text."""
    return mode in _TEXT
