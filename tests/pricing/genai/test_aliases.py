"""Names that stood for other models at other times."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from farebox.pricing.book import Book
from farebox.pricing.consumption import Consumption
from farebox.pricing.genai.aliases import ALIASES, aliases
from farebox.pricing.genai.edition import bundled
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.records.usage import Usage

from tests.support.genai import AT, PRICER, asked, price

MILLION = 1_000_000


class Shelf:
    """A source that has Mistral Large alone."""

    name = "shelf"
    version = "1"
    _card = RateCard("mistral-large-3", name, version, {"input_tokens": Rate(Decimal("0.5"))})

    def card(self, asked: Consumption) -> RateCard | None:
        return self._card if asked.models == ("mistral-large-latest",) else None

    def knows_provider(self, provider: str) -> bool:
        return provider == "mistral"

    def knows(self, provider: str, model: str | None) -> bool:
        return self.knows_provider(provider) and model == "mistral-large-latest"


def test_an_alias_that_went_on_is_not_believed() -> None:
    stale = price("mistral/mistral-large-latest", input_tokens=1_000, output_tokens=0)
    before = price("mistral/mistral-large-latest", datetime(2025, 11, 1, tzinfo=UTC), input_tokens=1, output_tokens=0)
    served = PRICER.price(
        Consumption("mistral", ("mistral-large-latest", "mistral-large-2512"), Usage(input_tokens=1_000), AT)
    )

    assert (stale.nanousd, stale.status, stale.reasons) == (2_000_000, "partial", ("stale_alias",))
    assert (before.nanousd, before.status) == (2_000, "priced")
    assert (served.nanousd, served.status) == (500_000, "priced")


def test_an_alias_that_went_on_is_left_to_the_next_source() -> None:
    cost = Pricer([Book(), Shelf()]).price(asked("mistral/mistral-large-latest", input_tokens=1_000))

    assert (cost.nanousd, cost.status, cost.source) == (500_000, "priced", "shelf")


@pytest.mark.parametrize(
    ("at", "usd", "status"),
    [
        (datetime(2025, 3, 1, 12, tzinfo=UTC), "0.27", "priced"),
        (datetime(2025, 3, 1, 20, tzinfo=UTC), "0.135", "priced"),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), "0.27", "partial"),
        (datetime(2026, 5, 1, 2, tzinfo=UTC), "0.14", "priced"),
        (AT, "0.15", "priced"),
    ],
    ids=str,
)
def test_deepseeks_old_names_cost_what_they_stood_for(at: datetime, usd: str, status: str) -> None:
    cost = price("deepseek/deepseek-chat", at, input_tokens=MILLION, output_tokens=0)

    assert (cost.nanousd, cost.status) == (int(Decimal(usd) * 10**9), status)


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("deepseek", "deepseek-chat", [(date(2025, 9, 5), None), (date(2026, 4, 24), "deepseek-v4-flash")]),
        ("deepseek", "deepseek-reasoner", [(date(2025, 9, 5), None), (date(2026, 4, 24), "deepseek-v4-flash")]),
        ("deepseek", "deepseek-v3.2", [(date.min, None)]),
        ("mistral", "codestral-latest", [(date(2025, 7, 30), "codestral-2508")]),
        ("mistral", "mistral-large-latest", [(date(2025, 12, 2), None)]),
        ("mistral", "magistral-medium-latest", [(date(2026, 6, 16), None)]),
        ("openrouter", "deepseek-chat", []),
        ("openai", "gpt-4o", []),
    ],
)
def test_aliases_are_those_of_one_provider(provider: str, model: str, expected: list[tuple[date, str | None]]) -> None:
    assert [(one.since, one.model) for one in aliases(provider, model)] == expected


@pytest.mark.parametrize("name", ALIASES)
def test_an_alias_names_models_of_the_catalogue_from_the_oldest_on_with_a_reason(name: str) -> None:
    provider, found = name.partition("/")[0], ALIASES[name]

    assert [one.since for one in found] == sorted(one.since for one in found)
    assert all(one.reason for one in found)
    seller = next(one for one in bundled().providers if one.id == provider)
    assert all(seller.find_model(one.model) for one in found if one.model)
    assert name == name.lower()


@pytest.mark.parametrize(
    ("name", "at", "status"),
    [
        ("magistral-medium-latest", datetime(2026, 6, 15, 23, 59, tzinfo=UTC), "priced"),
        ("magistral-medium-latest", datetime(2026, 6, 16, tzinfo=UTC), "partial"),
        ("mistral-large-latest", datetime(2025, 12, 1, 23, 59, tzinfo=UTC), "priced"),
        ("mistral-large-latest", datetime(2025, 12, 2, tzinfo=UTC), "partial"),
    ],
)
def test_a_name_is_doubtful_from_the_day_on_that_its_model_changed(name: str, at: datetime, status: str) -> None:
    assert price(f"mistral/{name}", at, input_tokens=1_000, output_tokens=0).status == status
