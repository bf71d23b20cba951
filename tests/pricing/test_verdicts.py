"""Where catalogues differ, a verdict says who is believed and why, and prices are by it."""

import pytest
from farebox.pricing.comparison import Comparison
from farebox.pricing.verdicts import Verdict, verdict, verdicts

from tests import prices


@pytest.fixture(scope="module")
def compared() -> list[Comparison]:
    return prices.comparisons()


def test_many_models_are_compared(compared: list[Comparison]) -> None:
    assert sum(len(one.nanousd) == 3 for one in compared) > 150
    assert len(compared) > 1_000


def test_every_difference_has_a_verdict(compared: list[Comparison]) -> None:
    assert [one.model for one in compared if not one.is_agreed and one.verdict is None] == []


def test_prices_are_by_the_verdict(compared: list[Comparison]) -> None:
    differing = [(one, one.verdict) for one in compared if one.verdict]

    assert [one.model for one, held in differing if held and one.used.source != held.use] == []


@pytest.mark.parametrize("held", verdicts(), ids=lambda held: held.models[0])
def test_no_verdict_is_stale(compared: list[Comparison], held: Verdict) -> None:
    differing = [one.model for one in compared if one.verdict is held]

    unused = [model for model in held.models if not any(Verdict("", [model], "").holds(one) for one in differing)]
    assert unused == []


def test_every_verdict_names_a_source_and_a_reason() -> None:
    assert {held.use for held in verdicts()} == {"genai-prices", "litellm"}
    assert all(held.why for held in verdicts())


def test_of_two_verdicts_the_first_counts() -> None:
    region, exception = (verdict(f"bedrock/us-gov-east-1/meta.llama3-{size}b-instruct-v1:0") for size in (70, 8))

    assert (region and region.use, exception and exception.use) == ("litellm", "genai-prices")


def test_the_page_shows_them_as_they_are(compared: list[Comparison]) -> None:
    """`python -m tests.prices --update` writes it anew."""
    assert prices.PAGE.read_text(encoding="utf-8") == prices.page(compared)
