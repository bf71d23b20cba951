"""One state of the catalogue's data: its providers, models and day."""

from datetime import date, time

import genai_prices
import pytest
from farebox.pricing.genai.edition import Edition, bundled, conditions, starts, version
from genai_prices.types import ClauseEquals, ModelInfo, StartDateConstraint, TimeOfDateConstraint

from tests.support.genai import edition, model, prices, variant

PLAIN = prices(input_mtok="1")


def remarked(*remarks: str | None) -> Edition:
    return edition(
        openai=[
            ModelInfo(id=f"m{number}", match=ClauseEquals("m"), prices=PLAIN, price_comments=remark)
            for number, remark in enumerate(remarks)
        ]
    )


@pytest.mark.parametrize(
    ("name", "catalogue"),
    [("openai", "openai"), ("bedrock", "aws"), ("OpenAI", None), ("aws", None), ("no-such-provider", None)],
)
def test_a_provider_is_found_by_our_exact_name(name: str, catalogue: str | None) -> None:
    found = bundled().provider(name)

    assert (found and found.id) == catalogue


def test_a_model_is_named_by_the_provider_that_the_catalogue_has_it_at() -> None:
    one, other = model("m", (None, PLAIN)), model("m", (None, PLAIN))
    found = edition(openai=[one], azure=[other])

    assert dict(found.models) == {"openai/m": one, "azure/m": other}
    assert found.model("azure/m") is other
    assert (found.ref(one), found.ref(other)) == ("openai/m", "azure/m")


@pytest.mark.parametrize(
    ("remarks", "expected"),
    [
        ((), None),
        ((None, "From 2027-01-01."), None),
        (("checked 2026-10-19",), date(2026, 10, 19)),
        (("Rates verified on 2026-10-12", "UPDATED 2026-10-11"), date(2026, 10, 12)),
        (("as of 2026-08-25, checked 2026-08-26",), date(2026, 8, 26)),
        (("unchecked 2026-10-19",), None),
        (("checked 2026-02-30", "checked 2026-01-01"), date(2026, 1, 1)),
        (("checked 2026-10-199",), None),
    ],
)
def test_the_newest_check_dates_the_data(remarks: tuple[str | None, ...], expected: date | None) -> None:
    assert remarked(*remarks).dated == expected


def test_a_version_is_the_packages_and_the_start_of_the_datas_hash() -> None:
    assert version("0123456789abcdef" * 4) == f"{genai_prices.__version__}+sha256.0123456789ab"
    assert bundled().version.startswith(f"{genai_prices.__version__}+sha256.")
    assert bundled() is bundled()


def test_a_model_with_one_price_has_one_condition() -> None:
    single = ModelInfo(id="m", match=ClauseEquals("m"), prices=PLAIN)
    [found] = conditions(single)

    assert (found.prices, found.constraint) == (PLAIN, None)
    assert conditions(model("m", (None, PLAIN), (None, PLAIN)))[1].prices is PLAIN


def test_prices_start_on_days_of_conditions_and_of_variants() -> None:
    first, second = date(2026, 3, 1), date(2026, 6, 1)
    hours = TimeOfDateConstraint(time(1), time(2))
    sold = model(
        "m",
        (None, PLAIN),
        (StartDateConstraint(first), PLAIN),
        (hours, PLAIN),
        variants=[variant({"speed": "fast"}, PLAIN, StartDateConstraint(second)), variant({"speed": "slow"}, PLAIN)],
    )

    assert starts(sold) == {first, second}
    assert starts(model("m", (None, PLAIN))) == set()
