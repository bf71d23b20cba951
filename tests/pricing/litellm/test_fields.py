"""What LiteLLM's price fields mean."""

import pytest
from farebox.config.price_units import TOKENS, PerUnit
from farebox.pricing.litellm import fields
from farebox.pricing.litellm.fields import MEANINGS, MODES, SPECIAL, Part


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("input_cost_per_token", fields.Part("input_cost_per_token")),
        (
            "cache_read_input_token_cost_above_200k_tokens_priority",
            fields.Part("cache_read_input_token_cost", 200_000, "", "priority"),
        ),
        (
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
            fields.Part("cache_creation_input_token_cost_above_1hr", 200_000),
        ),
        ("output_cost_per_second_1080p", fields.Part("output_cost_per_second", 0, "1080p")),
        ("output_cost_per_image_token_batches", fields.Part("output_cost_per_image_token", 0, "", "batches")),
        ("input_cost_per_token_decisions", None),
        ("max_tokens", None),
    ],
)
def test_a_field_has_parts(field: str, part: fields.Part | None) -> None:
    assert fields.parsed(field) == part


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("input_cost_per_token_above_128k_tokens", Part("input_cost_per_token", 128_000)),
        ("input_cost_per_token_flex", Part("input_cost_per_token", 0, "", "flex")),
        ("input_cost_per_token_priority", Part("input_cost_per_token", 0, "", "priority")),
        ("input_cost_per_token_ultrafast", Part("input_cost_per_token", 0, "", "ultrafast")),
        ("input_cost_per_token_balanced", Part("input_cost_per_token", 0, "", "balanced")),
        ("output_cost_per_second_4K", Part("output_cost_per_second", 0, "4k")),
        ("output_cost_per_image_0.5k", Part("output_cost_per_image", 0, "0.5k")),
        ("output_cost_per_image_1024", Part("output_cost_per_image", 0, "1024")),
        # The longest base that fits is the field's.
        ("input_cost_per_audio_per_second", Part("input_cost_per_audio_per_second")),
        ("cache_creation_input_token_cost_above_1hr", Part("cache_creation_input_token_cost_above_1hr")),
        ("input_cost_per_token_above_200k_tokens_free", None),
        ("input_cost_per_pixel", None),
        ("", None),
    ],
)
def test_a_field_is_a_base_a_step_a_resolution_and_a_tier(field: str, part: Part | None) -> None:
    assert fields.parsed(field) == part
    assert fields.is_read(field) is (part is not None or field in SPECIAL)


@pytest.mark.parametrize("field", sorted(SPECIAL))
def test_fields_that_are_no_price_for_one_are_read_too(field: str) -> None:
    assert fields.is_read(field)
    assert fields.parsed(field) is None


def test_every_meaning_is_an_amount_that_the_ledger_has() -> None:
    # Amounts that no rule of the user's own can price.
    others = {"requests", "audio_milliseconds", "video_milliseconds", "input_video_seconds"}

    assert {one.name for one in MEANINGS} <= TOKENS | set(PerUnit.__struct_fields__) | others


@pytest.mark.parametrize("meaning", MEANINGS, ids=lambda one: f"{one.base} {one.name}")
def test_tokens_and_characters_are_by_the_million_and_the_rest_by_one(meaning: fields.Meaning) -> None:
    is_by_token = meaning.name.endswith("_tokens") or meaning.name == "characters"

    assert meaning.is_by_token is is_by_token
    expected = (1_000_000, 1_000_000) if is_by_token else (1, 1)
    if meaning.name.endswith("_milliseconds"):
        expected = (1_000, 1)
    assert (meaning.per, meaning.usd_for) == expected
    assert meaning.modes is None or meaning.modes <= MODES


@pytest.mark.parametrize(
    ("base", "mode", "names"),
    [
        ("input_cost_per_second", "audio_transcription", ["audio_seconds", "audio_milliseconds"]),
        ("input_cost_per_second", "realtime", ["audio_seconds", "audio_milliseconds"]),
        ("input_cost_per_second", "chat", []),
        ("output_cost_per_second", "video_generation", ["video_seconds", "video_milliseconds"]),
        ("output_cost_per_second", "audio_speech", []),
        ("output_cost_per_image", "image_edit", ["images"]),
        ("output_cost_per_image", "chat", []),
        ("input_cost_per_image", "image_generation", ["images"]),
        ("input_cost_per_image", "embedding", ["images"]),
        ("input_cost_per_image", "chat", []),
        ("input_cost_per_query", "rerank", ["search_units"]),
        ("input_cost_per_query", "embedding", ["requests"]),
        ("input_cost_per_query", "chat", []),
        ("input_cost_per_token", "moderation", ["input_tokens"]),
        ("ocr_cost_per_page", "ocr", ["pages"]),
    ],
)
def test_the_mode_decides_what_a_base_means(base: str, mode: str, names: list[str]) -> None:
    assert [one.name for one in fields.meanings(mode) if one.base == base] == names


def test_resolutions_with_a_price_are_found() -> None:
    listed = ["output_cost_per_second_720p", "output_cost_per_second_4K", "output_cost_per_second", "max_tokens"]

    assert fields.words(listed) == {"720p", "4k"}


@pytest.mark.parametrize("mode", sorted(MODES))
def test_the_mode_tells_what_the_output_is(mode: str) -> None:
    images, video = mode in {"image_generation", "image_edit"}, mode == "video_generation"

    assert fields.only_output(mode) == ("output_audio_tokens" if mode == "audio_speech" else None)
    assert fields.shares(mode) == (("output_image_tokens",) if images else ("output_video_tokens",) if video else ())
    assert fields.is_text(mode) is (mode in {"chat", "responses", "completion"})
