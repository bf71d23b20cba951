"""Models whose output is not text."""

from typing import Any

import pytest
from farebox.pricing.genai.modality import mixed_output, only_output

from tests.support.genai import price


def test_pictures_are_not_sold_at_the_price_of_text() -> None:
    drew: dict[str, Any] = {"input_tokens": 0, "output_tokens": 1_300}
    untold = price("gemini/gemini-2.5-flash-image", **drew)
    told = price("gemini/gemini-2.5-flash-image", **drew, output_image_tokens=1_290)
    only = price("openai/gpt-image-1", **drew)
    elsewhere = price("openrouter/google/gemini-2.5-flash-image", **drew, output_image_tokens=1_290)

    assert (untold.nanousd, untold.status, untold.reasons) == (
        1_300 * 2_500,
        "partial",
        ("no_share:output_image_tokens",),
    )
    assert (told.nanousd, told.status) == (1_290 * 30_000 + 10 * 2_500, "priced")
    assert (only.nanousd, only.status) == (1_300 * 40_000, "priced")
    assert (elsewhere.status, elsewhere.reasons) == ("partial", ("no_price:output_image_tokens",))


@pytest.mark.parametrize(
    ("ref", "only", "mixed"),
    [
        ("openai/gpt-4o", None, None),
        ("openai/gpt-image-1", "output_image_tokens", None),
        ("azure/gpt-image-1-mini", "output_image_tokens", None),
        ("openai/gpt-image-2", "output_image_tokens", None),
        ("openai/gpt-image-2.5-large", "output_image_tokens", None),
        ("openai/gpt-image-1.5", None, "output_image_tokens"),
        ("openrouter/openai/gpt-image-1", None, "output_image_tokens"),
        ("openai/chatgpt-image-latest", None, "output_image_tokens"),
        ("openrouter/openai/gpt-5-image", None, "output_image_tokens"),
        ("google/gemini-2.5-flash-image", None, "output_image_tokens"),
        ("google/nano-banana", None, "output_image_tokens"),
        ("google/gemini-omni-flash", None, "output_video_tokens"),
        ("openai/gpt-4o-mini-tts", "output_audio_tokens", None),
        ("google/gemini-2.5-flash-preview-tts", "output_audio_tokens", None),
        ("google/gemini-3.8-flash-tts-lite", "output_audio_tokens", None),
        ("openai/tts-1", None, None),
        ("google/gemini-2.5-flash", None, None),
    ],
)
def test_a_models_name_tells_its_output(ref: str, only: str | None, mixed: str | None) -> None:
    assert (only_output(ref), mixed_output(ref)) == (only, mixed)
