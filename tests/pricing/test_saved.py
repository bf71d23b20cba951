"""What a cache saved."""

from typing import Any

import pytest
from farebox.pricing.saved import cache_saved_nanousd, parsed
from farebox.pricing.standard import standard
from farebox.recorder.reading_to_record import record_of
from farebox.records.usage import Usage

from tests.support.samples import reading, record

CARD = {"input_tokens": "3 per million, at least 5", "cache_read_tokens": "0.3 per million (litellm)"}
STEPS = {
    "input_tokens": "1.25, 2.5 above 200000 per million",
    "cache_read_tokens": "0.125, 0.25 above 200000 per million",
}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"rate_card": CARD, "cache_read_tokens": 1_000}, 2_700_000),
        ({"rate_card": STEPS, "cache_read_tokens": 1_000, "input_tokens": 200_000}, 1_125_000),
        ({"rate_card": STEPS, "cache_read_tokens": 1_000, "input_tokens": 200_001}, 2_250_000),
        # A cache that is dearer than new input saves nothing.
        ({"rate_card": {**CARD, "cache_read_tokens": "4 per million"}, "cache_read_tokens": 1_000}, 0),
        ({"rate_card": CARD, "cache_read_tokens": 0}, None),
        ({"rate_card": CARD}, None),
        ({"rate_card": {"input_tokens": "3 per million"}, "cache_read_tokens": 1_000}, None),
        ({"rate_card": {**CARD, "input_tokens": "dear"}, "cache_read_tokens": 1_000}, None),
        ({"cache_read_tokens": 1_000}, None),
    ],
)
def test_savings_are_the_difference_of_two_prices(told: dict[str, Any], expected: int | None) -> None:
    assert cache_saved_nanousd(record(**told)) == expected


def test_the_rate_card_of_a_priced_call_can_be_read() -> None:
    row = record_of(
        reading(usage=Usage(input_tokens=1_000_000, cache_read_tokens=1_000_000, output_tokens=1)), standard()
    )

    # gpt-4o: 2.50 USD for a million tokens, 1.25 from the cache.
    assert cache_saved_nanousd(row) == 1_250_000_000


@pytest.mark.parametrize("text", ["", "per million", "x per million", "1, 2 over 5 per million", "1 per 24 hours"])
def test_a_text_that_is_no_price_is_none(text: str) -> None:
    assert parsed(text) is None
