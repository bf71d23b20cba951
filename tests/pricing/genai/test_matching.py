"""Names of models: which model of the catalogue a name means, and whether it spells it out."""

import pytest
from farebox.pricing.genai.aliases import ALIASES, Alias
from farebox.pricing.genai.edition import bundled
from farebox.pricing.genai.matching import Found, alias_target, find
from genai_prices.types import ClauseAnd, ClauseContains, ClauseEquals, ClauseOr, ClauseStartsWith, ModelInfo

from tests.support.genai import edition, model, prices

PLAIN = prices(input_mtok="1")
NESTED = ClauseOr([ClauseEquals("Spelled-Out"), ClauseOr([ClauseEquals("deep")]), ClauseStartsWith("m-2026")])
BOTH = ClauseAnd([ClauseContains("both"), ClauseEquals("both-of-them")])


@pytest.mark.parametrize(
    ("name", "ref", "match"),
    [
        ("spelled-out", "openai/M-1", "exact"),
        ("SPELLED-OUT", "openai/M-1", "exact"),
        ("deep", "openai/M-1", "exact"),
        ("m-2026-11-01", "openai/M-1", "fuzzy"),
        ("both-of-them", "openai/pair", "fuzzy"),
        ("plain", "openai/plain", "exact"),
    ],
)
def test_a_name_that_the_catalogue_spells_out_is_an_exact_match(name: str, ref: str, match: str) -> None:
    catalogue = edition(
        openai=[
            ModelInfo(id="M-1", match=NESTED, prices=PLAIN),
            ModelInfo(id="pair", match=BOTH, prices=PLAIN),
            model("plain", (None, PLAIN)),
        ]
    )

    found = find(catalogue, "openai", name)

    assert found is not None
    assert (found.ref, found.match, found.aliases) == (ref, match, ())
    assert found.model is catalogue.model(ref)


def test_a_models_id_is_an_exact_match_though_no_clause_spells_it_out() -> None:
    catalogue = edition(openai=[ModelInfo(id="M-2026", match=ClauseStartsWith("m-"), prices=PLAIN)])

    found = [find(catalogue, "openai", name) for name in ("m-2026", "m-2027")]

    assert [one and one.match for one in found] == ["exact", "fuzzy"]


@pytest.mark.parametrize(
    ("provider", "name"), [("openai", "no-such-model"), ("no-such-provider", "gpt-4o"), ("mistral", "gpt-4o")]
)
def test_an_unknown_name_means_nothing(provider: str, name: str) -> None:
    assert find(bundled(), provider, name) is None


def test_a_model_can_be_listed_at_another_provider() -> None:
    found = find(bundled(), "azure", "gpt-5")

    assert found is not None
    assert found.ref == "openai/gpt-5"


def test_aliases_go_by_who_was_asked_in_any_case() -> None:
    found = find(bundled(), "deepseek", "DeepSeek-Chat")

    assert found is not None
    assert found.aliases == ALIASES["deepseek/deepseek-chat"]


@pytest.mark.parametrize(
    ("targets", "is_trusted"), [((), True), (("b",), True), ((None,), False), ((None, "b"), True), (("b", None), False)]
)
def test_a_name_is_trusted_if_its_latest_meaning_is_known(targets: tuple[str | None, ...], is_trusted: bool) -> None:
    meanings = [Alias(ALIASES["deepseek/deepseek-chat"][0].since, target, "why") for target in targets]

    assert Found("openai/m", model("m"), "exact", meanings).is_trusted is is_trusted


def test_an_alias_stands_for_another_model_by_a_name_that_was_not_asked_for() -> None:
    known, unknown = ALIASES["deepseek/deepseek-chat"][::-1]

    found = alias_target(bundled(), "deepseek", known)

    assert found is not None
    assert (found.ref, found.match, found.aliases) == ("deepseek/deepseek-v4-flash", "fuzzy", ())
    assert alias_target(bundled(), "deepseek", unknown) is None
    assert alias_target(bundled(), "openai", known) is None
