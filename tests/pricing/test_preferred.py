"""A source that goes before the others for some models alone."""

from datetime import UTC, datetime

import pytest
from farebox.pricing.consumption import Consumption
from farebox.pricing.fallback import LiteLLM
from farebox.pricing.preferred import Preferred
from farebox.pricing.standard import standard
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
FRANKFURT = "bedrock-runtime.eu-west-2.amazonaws.com"


def asked(provider: str, model: str, host: str = "", at: datetime = AT, tier: str | None = None) -> Consumption:
    return Consumption(provider, (model,), Usage(input_tokens=1_000, output_tokens=0), at, host=host, tier=tier)


@pytest.mark.parametrize(
    ("provider", "model", "host", "is_preferred"),
    [
        ("bedrock", "meta.llama3-8b-instruct-v1:0", FRANKFURT, True),
        ("bedrock", "meta.llama3-8b-instruct-v1:0", "bedrock-runtime.us-east-2.amazonaws.com", False),
        ("mistral", "mistral-large-latest", "api.mistral.ai", True),
        ("mistral", "mistral-large-4", "api.mistral.ai", False),
        ("mistral", "never-heard-of", "api.mistral.ai", False),
    ],
)
def test_it_answers_where_the_verdicts_say_so(provider: str, model: str, host: str, *, is_preferred: bool) -> None:
    card = Preferred(LiteLLM()).card(asked(provider, model, host))

    assert (card is not None) is is_preferred


def test_a_regions_price_goes_before_that_of_all_regions() -> None:
    cost = standard().price(asked("bedrock", "meta.llama3-8b-instruct-v1:0", FRANKFURT))

    assert (cost.nanousd, cost.source, cost.rate_card["model"]) == (
        390_000,
        "litellm",
        "bedrock/eu-west-2/meta.llama3-8b-instruct-v1:0",
    )


@pytest.mark.parametrize(
    ("at", "tier"), [(datetime(2026, 1, 5, tzinfo=UTC), None), (AT, "imperial")], ids=["long ago", "another tier"]
)
def test_where_it_is_unsure_the_others_are_asked(at: datetime, tier: str | None) -> None:
    cost = standard().price(asked("together", "Qwen/Qwen3.7-Max", at=at, tier=tier))

    assert (cost.nanousd, cost.source) == ((2_500_000, "genai-prices") if tier is None else (1_500_000, "litellm"))
