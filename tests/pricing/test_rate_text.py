"""A stored rate card gives back the prices that were used."""

from decimal import Decimal

from farebox.pricing.rate import HOUR_MS, Rate
from farebox.pricing.rate_text import rates_in
from hypothesis import given
from hypothesis import strategies as st

USD = st.decimals(0, 10**6, places=9, allow_nan=False)
PLACES = [("input_tokens", per) for per in (1, 7, 1_000, 10**6)] + [
    *(("audio_seconds", per) for per in (1, 3_600)),
    *(("duration_ms", per) for per in (1, HOUR_MS, 3 * HOUR_MS)),
]


@given(
    place=st.sampled_from(PLACES),
    usd=USD,
    steps=st.dictionaries(st.integers(0, 10**9), USD, max_size=3),
    minimum=st.integers(0, 9),
    source=st.none() | st.just("litellm"),
)
def test_a_price_is_read_as_it_was_written(
    place: tuple[str, int], usd: Decimal, steps: dict[int, Decimal], minimum: int, source: str | None
) -> None:
    name, per = place
    rate = Rate(usd, per, tuple(sorted(steps.items())), minimum, source)

    assert rates_in({name: str(rate)}) == {name: rate}


def test_what_else_a_card_says_is_no_price() -> None:
    card = {
        "model": "gpt-4o",
        "litellm": "1.80.0",
        "multiplier": "0.8",
        "usd_per_cny": "0.14",
        "input_tokens": "2.5 per million",
    }

    assert rates_in(card) == {"input_tokens": Rate(Decimal("2.5"))}
    assert rates_in(None) == {}
