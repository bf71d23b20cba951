"""Which of a model's prices hold when, for the words asked for."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from farebox.pricing.genai.cards import Chosen
from farebox.pricing.genai.choice import spans
from farebox.pricing.genai.matching import Found
from farebox.pricing.genai.timeline import BEGINNING, Span
from farebox.pricing.ratecard import RateCard
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint, TimeOfDateConstraint

from tests.support.genai import model, prices, variant

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
BEIJING = timezone(timedelta(hours=8))


def hours(start: time, end: time) -> TimeOfDateConstraint:
    return TimeOfDateConstraint(start, end)


def chosen(
    sold: ModelInfo, words: Mapping[str, str] | None = None, ref: str = "openai/m", host: str = "", notes: str = ""
) -> tuple[list[Span], dict[RateCard, Chosen]]:
    """Return the spans of a model, and what each of their cards was made of."""
    made: dict[RateCard, Chosen] = {}

    def make(one: Chosen) -> RateCard:
        card = RateCard(f"card {len(made)}", "genai-prices", "1", {})
        made[card] = one
        return card

    reservations = (notes,) if notes else ()
    return spans(Found(ref, sold, "fuzzy"), host, words or {}, make, reservations), made


def at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


STANDARD = prices(input_mtok="1")
DATED = model("m", (None, STANDARD), (StartDateConstraint(JUNE), STANDARD), (StartDateConstraint(MARCH), STANDARD))


def test_each_day_on_which_a_price_starts_begins_a_span() -> None:
    found, made = chosen(DATED)

    assert [span.start for span in found] == [BEGINNING, at(MARCH), at(JUNE)]
    # Of those that hold, the last in the catalogue's order counts.
    assert [made[span.card].condition for span in found] == [0, 2, 2]
    assert {(one.ref, one.match, one.uplift, one.notes) for one in made.values()} == {("openai/m", "fuzzy", None, ())}


def test_before_its_first_day_a_model_has_its_first_price() -> None:
    found, made = chosen(model("m", (StartDateConstraint(MARCH), STANDARD), (StartDateConstraint(JUNE), STANDARD)))

    assert [made[span.card].condition for span in found] == [0, 0, 1]


VARIANTS = model(
    "m",
    (None, STANDARD),
    variants=[
        variant({"service_tier": "Flex"}, STANDARD, StartDateConstraint(MARCH)),
        variant({"service_tier": "flex", "processing": "batch"}, STANDARD),
        variant({"speed": "fast"}, STANDARD),
    ],
)


@pytest.mark.parametrize(
    ("words", "variants", "notes"),
    [
        ({}, [(), ()], [(), ()]),
        ({"service_tier": "flex"}, [(), (0,)], [("no_price:service_tier=flex",), ()]),
        ({"service_tier": "flex", "processing": "batch"}, [(1,), (0, 1)], [(), ()]),
        ({"processing": "batch"}, [(), ()], [("no_price:processing=batch",)] * 2),
        ({"speed": "fast", "service_tier": "scale"}, [(2,), (2,)], [("no_price:service_tier=scale",)] * 2),
    ],
)
def test_variants_hold_from_their_day_on_where_all_of_their_words_are_asked_for(
    words: Mapping[str, str], variants: list[tuple[int, ...]], notes: list[tuple[str, ...]]
) -> None:
    found, made = chosen(VARIANTS, words)

    assert [span.start for span in found] == [BEGINNING, at(MARCH)]
    assert [made[span.card].variants for span in found] == variants
    assert [made[span.card].notes for span in found] == notes


@pytest.mark.parametrize(
    ("listed", "notes"),
    [(STANDARD, ()), (prices(requests_kcount="5"), ("no_price:search_context_size=low",))],
    ids=["no fee", "a fee for each request"],
)
def test_the_size_of_a_search_matters_where_each_request_has_a_fee(listed: ModelPrice, notes: tuple[str, ...]) -> None:
    found, made = chosen(model("m", (None, listed)), {"search_context_size": "low"})

    assert made[found[0].card].notes == notes


@pytest.mark.parametrize(
    ("ref", "uplift", "notes"),
    [
        ("openai/gpt-5.4", Decimal("1.1"), ("stale_alias",)),
        ("openai/gpt-4o", None, ("stale_alias",)),
        ("openai/new", None, ("stale_alias", "no_price:region")),
    ],
)
def test_a_region_and_reservations_hold_for_every_span(
    ref: str, uplift: Decimal | None, notes: tuple[str, ...]
) -> None:
    _, made = chosen(DATED, ref=ref, host="eu.api.openai.com", notes="stale_alias")

    assert [(one.uplift, one.notes) for one in made.values()] == [(uplift, notes)] * 3


PEAK = model(
    "m",
    (None, STANDARD),
    (StartDateConstraint(MARCH), STANDARD),
    (hours(time(9, tzinfo=BEIJING), time(12, tzinfo=BEIJING)), STANDARD),
    (hours(time(22), time(2)), STANDARD),
)


def test_hours_are_in_utc_and_have_cards_of_their_own() -> None:
    found, made = chosen(PEAK)

    for span in found:
        assert [(one.start, one.end) for one in span.windows] == [(time(1), time(4)), (time(22), time(2))]
        assert [made[one.card].window for one in span.windows] == [2, 3]
        assert {made[one.card].condition for one in span.windows} == {made[span.card].condition}
        assert span.schedule is None


@pytest.mark.parametrize(("ref", "times"), [("openai/m", [1, 1]), ("deepseek/deepseek-v4-pro", [2, 1])])
def test_hours_of_a_schedule_cost_twice_the_price_before_the_newest(ref: str, times: list[int]) -> None:
    found, made = chosen(PEAK, ref=ref)

    assert [{made[one.card].times for one in span.windows} for span in found] == [{times[0]}, {times[1]}]
    assert [made[span.card].times for span in found] == [1, 1]
    assert all((span.schedule is not None) is (ref != "openai/m") for span in found)


def test_a_later_price_ends_hours_that_the_catalogue_lists_before_it() -> None:
    found, _ = chosen(
        model("m", (None, STANDARD), (hours(time(1), time(2)), STANDARD), (StartDateConstraint(MARCH), STANDARD))
    )

    assert [len(span.windows) for span in found] == [1, 0]
