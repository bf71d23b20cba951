"""The prices of a model, as a table and as JSON."""

import json
from decimal import Decimal

import pytest
from farebox.pricing.cost import FREE, PARTIAL, PRICED, Cost
from farebox.pricing.quote import Quote
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.report.quotes import as_json, quote_sheets

from tests.support.printing import printed

RATES = {
    "input_tokens": Rate(Decimal("2.50"), steps=((200_000, Decimal(5)),)),
    "pages": Rate(Decimal("0.001"), per=1_000, minimum=2, source="litellm"),
}
CARD = RateCard("m", "list", "7", RATES)
PRICE = Cost(30_000_000, PRICED)


def test_a_block_has_the_provider_the_source_and_the_cost_of_a_call() -> None:
    head, *lines = printed(quote_sheets([Quote(("acme",), CARD, PRICE)]))

    assert head == "acme"
    assert lines[0] == "source list 7"
    assert lines[-1] == "a standard call $0.0300 for 10,000 tokens in, 4,000 of them cached, 1,000 out"
    assert not any(line.startswith(("but", "free")) for line in lines)


@pytest.mark.parametrize(
    ("number", "head"),
    [(1, "p0"), (4, "p0, p1, p2, p3"), (5, "p0, p1, p2, p3 and 1 more"), (7, "p0, p1, p2, p3 and 3 more")],
)
def test_more_than_four_providers_are_counted(number: int, head: str) -> None:
    providers = tuple(f"p{n}" for n in range(number))

    assert printed(quote_sheets([Quote(providers, CARD, PRICE)]))[0] == head


def test_reservations_and_free_models_are_named() -> None:
    noted = RateCard("m", "list", "7", RATES, notes=("no_price:service_tier=x", "b"))
    free = RateCard("m", "list", "7", {}, free="free_model")
    quotes = [
        Quote(("a",), noted, Cost(1_000_000_000, PARTIAL, ("no_price:pages", "c"))),
        Quote(("b",), free, Cost(0, FREE, ("free_model",))),
    ]

    lines = printed(quote_sheets(quotes))

    assert "but no_price:service_tier=x, b" in lines
    assert any(line.startswith("a standard call $1.00 partial (no_price:pages, c) for ") for line in lines)
    # An empty line separates the blocks.
    assert lines[lines.index("b") - 1] == ""
    assert "free free_model" in lines


def test_json_has_exact_decimal_texts() -> None:
    [body] = json.loads(as_json([Quote(("acme", "b"), CARD, PRICE)]))

    assert body["providers"] == ["acme", "b"]
    assert (body["model"], body["price_source"], body["price_version"]) == ("m", "list", "7")
    assert body["rates"] == {
        "input_tokens": {
            "usd": "2.50",
            "per": 1_000_000,
            "above": {"200000": "5"},
            "minimum": 0,
            "price_source": "list",
        },
        "pages": {"usd": "0.001", "per": 1_000, "above": {}, "minimum": 2, "price_source": "litellm"},
    }
    assert body["standard_call"] == {
        "input_tokens": 10_000,
        "cache_read_tokens": 4_000,
        "output_tokens": 1_000,
        "cost_nanousd": 30_000_000,
        "cost_usd": "0.030000000",
        "cost_status": "priced",
        "cost_reasons": [],
    }
