"""Which source is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import LEDGER_LIMIT, Cost
from farebox.pricing.overrides import Overrides
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.verdicts import decided
from farebox.records.usage import Usage

AT = datetime(2026, 11, 1, tzinfo=UTC)
TOKENS = {"input_tokens": Rate(Decimal(2)), "output_tokens": Rate(Decimal(8))}
FEES = {"images": Rate(Decimal("0.04"), 1)}


@dataclass
class Shelf:
    """A source with cards by model."""

    name: str
    cards: Mapping[str, RateCard] = field(default_factory=dict)
    version: str = "7"

    def card(self, asked: Consumption) -> RateCard | None:
        return next((self.cards[model] for model in asked.models if model in self.cards), None)

    def knows_provider(self, provider: str) -> bool:
        return provider == "acme"

    def knows(self, provider: str, model: str | None) -> bool:
        return self.knows_provider(provider) and model in self.cards


def shelf(name: str, rates: Mapping[str, Rate], **more: Any) -> Shelf:
    return Shelf(name, {"m": RateCard("m", name, "7", rates, **more)})


def asked(model: str = "m", provider: str = "acme", **used: Any) -> Consumption:
    return Consumption(provider, (model,), Usage(**used), AT)


def test_the_first_source_that_knows_the_model_is_believed() -> None:
    dear = {"input_tokens": Rate(Decimal(9))}
    pricer = Pricer([Shelf("empty"), shelf("first", TOKENS), shelf("second", dear)])

    cost = pricer.price(asked(input_tokens=1_000))

    assert (cost.nanousd, cost.status, cost.source) == (2_000_000, "priced", "first")


def test_what_it_does_not_price_is_taken_from_the_next_which_is_named() -> None:
    second = shelf("second", {**FEES, "input_tokens": Rate(Decimal(9))})
    third = shelf("third", {name: Rate(Decimal(5)) for name in FEES})
    pricer = Pricer([shelf("first", TOKENS), second, third])

    cost = pricer.price(asked(input_tokens=1_000, units={"images": 3}))

    assert (cost.nanousd, cost.status, cost.source) == (2_000_000 + 120_000_000, "priced", "first")
    assert (cost.rate_card["images"], cost.rate_card["second"]) == ("0.04 each (second)", "7")


def test_a_card_without_reservations_goes_before_one_with_any() -> None:
    pricer = Pricer([shelf("first", TOKENS, notes=("no_price:service_tier=flex",)), shelf("second", TOKENS)])

    assert (pricer.price(asked(input_tokens=1)).source, pricer.price(asked(input_tokens=1)).status) == (
        "second",
        "priced",
    )


@pytest.mark.parametrize(
    ("sources", "question", "cost"),
    [
        ([shelf("a", TOKENS)], asked("n"), Cost(None, "unpriced", ("unknown_model",))),
        ([shelf("a", TOKENS)], asked("m", "nobody"), Cost(2_000, "priced", (), "a", "7", {})),
        ([Shelf("a")], asked("m", "nobody"), Cost(None, "unpriced", ("unknown_provider",))),
        ([shelf("a", {})], asked(), Cost(None, "unpriced", ("empty_price",))),
        ([shelf("a", {}, free="free_model")], asked(), Cost(0, "free", ("free_model",), "a", "7", {})),
    ],
    ids=["unknown model", "any provider", "unknown provider", "empty", "free"],
)
def test_what_no_source_prices_is_unpriced_and_why(sources: list[Shelf], question: Consumption, cost: Cost) -> None:
    used = Consumption(question.provider, question.models, Usage(input_tokens=1), AT)
    found = Pricer(sources).price(used)

    assert (found.nanousd, found.status, found.reasons, found.source) == (
        cost.nanousd,
        cost.status,
        cost.reasons,
        cost.source,
    )


def test_a_local_model_is_free_where_a_rule_says_so() -> None:
    rules = Overrides(msgspec.convert([{"match": {"provider": "ollama"}, "local": {"mode": "free"}}], tuple[PriceRule]))

    cost = Pricer([], rules).price(asked("llama4", "ollama", input_tokens=9, output_tokens=9))

    assert cost == Cost(0, "free", ("local",), "override", rules.version, cost.rate_card)
    assert cost.rate_card == {"model": "*", "match": "exact", "rule": "prices[0]", "included": "tokens"}


def test_parts_are_summed_before_they_are_rounded() -> None:
    tiny = shelf("a", {"input_tokens": Rate(Decimal("0.0005"))})

    assert Pricer([tiny]).price(*[asked(input_tokens=1)] * 3).nanousd == 2


def test_a_part_without_a_price_makes_the_sum_partial() -> None:
    cost = Pricer([shelf("a", TOKENS)]).price(asked(input_tokens=1), asked("n", input_tokens=1))

    assert (cost.nanousd, cost.status, cost.reasons) == (2_000, "partial", ("unknown_model",))


@pytest.mark.parametrize(
    ("models", "nanousd", "status", "reasons"),
    [
        (("gift", "m"), 2_000, "priced", ()),
        (("m", "gift"), 2_000, "priced", ()),
        (("gift", "gift"), 0, "free", ("free_model",)),
        (("gift", "n"), None, "unpriced", ("unknown_model",)),
    ],
)
def test_a_free_part_takes_nothing_from_what_is_known_of_the_others(
    models: tuple[str, ...], nanousd: int | None, status: str, reasons: tuple[str, ...]
) -> None:
    gift = RateCard("gift", "a", "7", {}, free="free_model")
    pricer = Pricer([Shelf("a", {**shelf("a", TOKENS).cards, "gift": gift})])

    cost = pricer.price(*(asked(model, input_tokens=1) for model in models))

    assert (cost.nanousd, cost.status, cost.reasons) == (nanousd, status, reasons)


@pytest.mark.parametrize(
    ("calls", "longest", "nanousd", "reasons"),
    [
        (1, None, 1_000 * 4_000, ()),
        (10, 100, 1_000 * 2_000, ()),
        (10, 300, 1_000 * 4_000, ()),
        (10, None, 1_000 * 2_000, ("long_context_not_told",)),
    ],
    ids=[
        "one call",
        "short calls",
        "long calls",
        "calls of which some may be long",
    ],
)
def test_calls_that_are_summed_up_are_priced_as_single_ones(
    calls: int, longest: int | None, nanousd: int, reasons: tuple[str, ...]
) -> None:
    stepped = Rate(Decimal(2), steps=((200, Decimal(4)),))
    part = msgspec.structs.replace(asked(input_tokens=1_000), calls=calls, longest_input=longest)

    cost = Pricer([shelf("first", {"input_tokens": stepped})]).price(part)

    assert (cost.nanousd, cost.reasons) == (nanousd, reasons)


@pytest.mark.parametrize(
    ("nanousd", "expected"),
    [
        (LEDGER_LIMIT, Cost(LEDGER_LIMIT, "priced", (), "a", "7")),
        (LEDGER_LIMIT + 1, Cost(None, "unpriced", ("inconsistent_usage",))),
    ],
)
@pytest.mark.parametrize("parts", [1, 2])
def test_a_cost_above_the_limit_is_not_believed(nanousd: int, expected: Cost, parts: int) -> None:
    one_nano = shelf("a", {"input_tokens": Rate(Decimal("1e-9"), 1)})
    counts = [nanousd] if parts == 1 else [1, nanousd - 1]

    found = Pricer([one_nano]).price(*(asked(input_tokens=count) for count in counts))

    assert msgspec.structs.replace(found, rate_card={}) == expected


def test_a_cost_that_rounds_down_to_the_limit_is_believed() -> None:
    half_a_nano = shelf("a", {"input_tokens": Rate(Decimal("5e-10"), 1)})

    costs = [Pricer([half_a_nano]).price(asked(input_tokens=2 * LEDGER_LIMIT + more)).nanousd for more in (1, 2)]

    assert costs == [LEDGER_LIMIT, None]


def test_an_alias_without_a_price_is_judged_by_the_provider_of_its_target() -> None:
    rules = Overrides(msgspec.convert([{"match": {"model": "m"}, "alias_of": "acme/m-2"}], tuple[PriceRule]))

    cost = Pricer([Shelf("empty")], rules).price(asked("m", "nobody", input_tokens=1))

    assert cost == Cost(None, "unpriced", ("unknown_model",))


IMAGE = {"input_image_tokens": Rate(Decimal(6))}
CACHE = {"cache_read_tokens": Rate(Decimal("0.2")), "cache_write_tokens": Rate(Decimal("2.5"))}


def test_a_share_asks_the_next_source_before_it_costs_as_much_as_its_total() -> None:
    pricer = Pricer([shelf("first", TOKENS), shelf("second", {**TOKENS, **IMAGE, **CACHE})])

    picture = pricer.price(asked(input_tokens=1_000, input_image_tokens=400))
    cached = pricer.price(asked(input_tokens=1_000, cache_read_tokens=300, cache_write_tokens=100))

    assert (picture.nanousd, picture.status) == (600 * 2_000 + 400 * 6_000, "priced")
    assert (cached.nanousd, cached.status) == (600 * 2_000 + 300 * 200 + 100 * 2_500, "priced")
    assert picture.rate_card["input_image_tokens"] == "6 per million (second)"


def test_a_share_that_no_source_prices_costs_as_much_as_its_total() -> None:
    pricer = Pricer([shelf("first", TOKENS), shelf("second", TOKENS)])

    assert pricer.price(asked(input_tokens=1_000, cache_read_tokens=300)).nanousd == 2_000_000


@pytest.mark.parametrize(("share", "usd"), [("cache_read_tokens", 3), ("cache_write_tokens", 1)])
def test_a_read_from_the_cache_never_costs_more_than_the_input_nor_a_write_less(share: str, usd: int) -> None:
    pricer = Pricer([shelf("first", TOKENS), shelf("second", {share: Rate(Decimal(usd))})])

    used = msgspec.structs.replace(Usage(input_tokens=1_000), **{share: 300})
    assert pricer.price(Consumption("acme", ("m",), used, AT)).nanousd == 2_000_000


def test_a_verdict_that_a_share_has_no_price_holds() -> None:
    sources = [Shelf("genai-prices", {"gpt-5.4-pro": RateCard("gpt-5.4-pro", "genai-prices", "7", TOKENS)})]
    sources += [Shelf("litellm", {"gpt-5.4-pro": RateCard("gpt-5.4-pro", "litellm", "7", CACHE)})]

    cost = Pricer(sources, decided=decided).price(
        asked("gpt-5.4-pro", "azure", input_tokens=1_000, cache_read_tokens=300)
    )

    assert cost.nanousd == 2_000_000
