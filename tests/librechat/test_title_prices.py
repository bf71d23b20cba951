"""A title is priced by the catalogues that price calls."""

from datetime import UTC, datetime

import pytest
from farebox.librechat.endpoints import endpoints
from farebox.librechat.title_prices import provider_name, title_prices
from farebox.pricing.standard import standard
from farebox.providers.table import PROVIDERS

from tests.support.librechat import described

AT = datetime(2026, 11, 1, tzinfo=UTC)


def custom(url: str) -> str:
    return f"endpoints: {{custom: [{{name: a, baseURL: '{url}'}}]}}"


def test_a_title_costs_what_500_tokens_in_and_20_out_cost() -> None:
    price = title_prices(standard(), PROVIDERS, AT)
    [endpoint] = endpoints(described("", "OPENAI_API_KEY=x\n"))

    found = price(endpoint, "gpt-4o-mini")

    assert found is not None
    # 500 x 0.15 + 20 x 0.60 USD per million.
    assert found.cost == 87_000
    assert found.shown == "0.15 / 0.6 USD per million"
    assert price(endpoint, "made-up-model") is None


@pytest.mark.parametrize(
    ("config", "env", "expected"),
    [
        (custom("https://api.deepseek.com/v1"), "", "deepseek"),
        (custom("http://farebox:8080/groq/openai/v1"), "", "groq"),
        (custom("http://farebox:8080/elsewhere/v1"), "", None),
        ("", "ANTHROPIC_API_KEY=x\nANTHROPIC_REVERSE_PROXY=http://farebox:8080\n", "anthropic"),
    ],
)
def test_the_provider_is_that_of_the_host_or_of_the_route(config: str, env: str, expected: str | None) -> None:
    [endpoint] = endpoints(described(config, env))

    assert provider_name(endpoint, PROVIDERS) == expected
    assert expected or title_prices(standard(), PROVIDERS, AT)(endpoint, "gpt-4o") is None


def test_a_local_model_costs_nothing() -> None:
    [endpoint] = endpoints(described(custom("http://localhost:11434/v1"), ""))

    found = title_prices(standard(), PROVIDERS, AT)(endpoint, "llama3")

    assert found is None or found.cost == 0
