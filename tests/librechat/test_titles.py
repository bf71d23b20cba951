"""Titles on a dear model are named, with the difference in price, if a cheaper one is listed."""

import pytest
from farebox.librechat.endpoints import endpoints
from farebox.librechat.titles import findings

from tests.support.librechat import described, price

LISTED = "endpoints:\n  custom:\n    - name: a\n      models: {default: [cheap, dear, other, unknown]}\n"


def test_the_dearest_and_the_cheapest_listed_model_are_compared() -> None:
    one = described(LISTED, "")

    [finding] = findings(one, endpoints(one), price)

    assert str(finding.place) == "librechat.yaml:4: endpoints.custom.a.models"
    assert "dear costs 100 USD, cheap 1 USD, so a title costs 100 times as much" in finding.why
    assert finding.write == "titleModel: 'cheap'"


@pytest.mark.parametrize(
    "config",
    [
        LISTED + "      titleModel: cheap\n",
        LISTED + "      titleConvo: false\n",
        LISTED.replace("custom", "all: {titleModel: cheap}\n  custom"),
        LISTED.replace("cheap, dear, other", "dear"),
        LISTED.replace("cheap, dear, other, ", ""),
    ],
    ids=["a title model", "no titles", "a title model for all", "one price", "no price"],
)
def test_without_a_cheaper_model_nothing_is_said(config: str) -> None:
    one = described(config, "")

    assert list(findings(one, endpoints(one), price)) == []


def test_current_model_is_the_model_of_the_conversation() -> None:
    one = described(LISTED + "      titleModel: current_model\n", "OPENAI_API_KEY=x\nOPENAI_MODELS=dear,cheap\n")

    places = [str(finding.place) for finding in findings(one, endpoints(one), price)]

    assert places == [".env:2: OPENAI_MODELS", "librechat.yaml:5: titleModel"]
