"""What a call costs its user, by who pays."""

import pytest
from farebox.pricing.paid import is_included, paid
from farebox.pricing.row import priced
from farebox.pricing.standard import standard
from farebox.records.usage import Usage

from tests.support.samples import reading, record, record_of

USAGE = {"usage": Usage(input_tokens=900, output_tokens=100)}
LISTED = 900 * 2_500 + 100 * 10_000
BY_HEADER = {"billing_source": "header"}


@pytest.mark.parametrize("billing", ["plan", "provisioned"])
def test_what_a_plan_pays_for_has_a_list_price_and_no_cost(billing: str) -> None:
    row = record_of(reading(**USAGE, billing=billing, **BY_HEADER))

    assert (row.cost_nanousd, row.cost_status, row.catalogue_cost_nanousd) == (None, "included", LISTED)
    assert row.rate_card
    assert is_included(row)


@pytest.mark.parametrize("billing", ["metered", "overage", "byok", "unknown", None])
def test_others_are_billed(billing: str | None) -> None:
    row = record_of(reading(**USAGE, billing=billing))

    assert (row.cost_nanousd, row.cost_status, row.catalogue_cost_nanousd) == (LISTED, "priced", LISTED)


def test_a_free_tier_costs_nothing_and_has_a_list_price() -> None:
    row = record_of(reading(**USAGE, billing="free_tier"))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (0, "free", ["free_tier"])
    assert row.catalogue_cost_nanousd == LISTED


def test_a_model_without_a_list_price_is_still_included() -> None:
    row = record_of(reading(**USAGE, model_requested="made-up", billing="plan"))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (None, "included", ["unknown_model"])
    assert row.catalogue_cost_nanousd is None


def test_a_refused_call_of_a_plan_costs_nothing() -> None:
    row = record_of(reading(usage=Usage(), outcome="http_error", status=429, billing="plan"))

    assert (row.cost_status, row.cost_nanousd, row.catalogue_cost_nanousd) == ("none", None, None)


def test_without_usage_the_list_price_of_a_plan_is_unknown() -> None:
    row = record_of(reading(usage=Usage(), billing="plan"))

    assert (row.cost_status, row.cost_reasons, row.catalogue_cost_nanousd) == ("included", ["no_usage"], None)


def test_a_stated_cost_is_no_cost_to_a_plan() -> None:
    row = record_of(reading(**USAGE, cost_header="0.5", billing="plan"))
    unlisted = record_of(reading(**USAGE, cost_header="0.5", billing="plan", model_requested="made-up"))

    assert (row.cost_nanousd, row.catalogue_cost_nanousd, row.price_source) == (None, LISTED, "genai-prices")
    assert (unlisted.cost_nanousd, unlisted.catalogue_cost_nanousd) == (None, None)


def test_the_range_of_an_estimate_is_that_of_the_list_price() -> None:
    row = record(
        model_requested="gpt-4o",
        usage_source="estimated",
        input_tokens=900,
        output_tokens=100,
        estimate={"output_tokens": [50, 150]},
        billing="plan",
    )

    again = priced(priced(row, standard()), standard())

    assert again.cost_status == "included"
    assert again.estimate == {
        "output_tokens": [50, 150],
        "catalogue_cost_nanousd": [900 * 2_500 + 50 * 10_000, 900 * 2_500 + 150 * 10_000],
    }


def test_a_row_that_nobody_included_stays_as_it_is() -> None:
    row = record(cost_nanousd=5, billing="metered")

    assert paid(row) is row
