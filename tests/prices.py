"""Hold the price catalogues against each other: `make prices`; `--update` writes the page that shows it."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import model_prices
from farebox.pricing.book import Book
from farebox.pricing.comparison import STANDARD, Comparer, Comparison, agree, models
from farebox.pricing.consumption import Consumption
from farebox.pricing.fallback import LiteLLM
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.standard import standard
from farebox.pricing.verdicts import verdicts
from farebox.providers.table import PROVIDERS
from farebox.report.figures import exact_usd

from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "accuracy.md"
# A working day, and none of DeepSeek's dear hours.
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
# The makers whose own prices model-prices has, by our names for them.
_MAKERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "zai": "zai",
    "deepseek": "deepseek",
    "xai": "xai",
    "moonshot": "moonshotai",
    "dashscope": "alibaba",
    "mistral": "mistral",
    "minimax": "minimax",
    "cohere": "cohere",
    "perplexity": "perplexity",
    "ai21": "ai21",
}
# What it prices, by the ledger's names.
_KINDS = {"input_tokens": "input", "output_tokens": "output", "cache_read_tokens": "cache_read"}


class ModelPrices:
    """Prices of the package model-prices: first-party ones alone, checked daily against the makers' pages."""

    name = "model-prices"
    version = "0.0.5"

    def knows_provider(self, provider: str) -> bool:
        return provider in _MAKERS

    def knows(self, provider: str, model: str | None) -> bool:
        return model is not None and self._rates(provider, model, AT) is not None

    def card(self, asked: Consumption) -> RateCard | None:
        found = self._rates(asked.provider, asked.models[0], asked.at)
        if found is None or not found.input:
            return None
        rates = {name: _rate(found, kind) for name, kind in _KINDS.items() if getattr(found, kind)}
        return RateCard(found.model, self.name, self.version, rates)

    def _rates(self, provider: str, model: str, at: datetime) -> model_prices.Rates | None:
        maker = _MAKERS.get(provider)
        if maker is None or model_prices.resolve(model, provider=maker, strict=True) is None:
            return None
        return model_prices.rates(model, at=at, provider=maker)


def _rate(found: model_prices.Rates, kind: str) -> Rate:
    tiers = sorted(found.tiers, key=lambda tier: tier.above)
    steps = [(tier.above, getattr(tier, kind)) for tier in tiers]
    usd = Decimal(repr(getattr(found, kind)))
    return Rate(usd, steps=tuple((above, Decimal(repr(price))) for above, price in steps if price is not None))


BOOK, LITELLM = Book(), LiteLLM()
CATALOGUES = (BOOK, LITELLM, ModelPrices())
NAMES = tuple(one.name for one in CATALOGUES)


def comparisons() -> list[Comparison]:
    """Return all that two catalogues price or more: each model by each name that one of them has."""
    comparer = Comparer(CATALOGUES, standard())
    found: dict[tuple[str, str], Comparison] = {}
    for provider in dict.fromkeys(one.name for one in PROVIDERS):
        for name, mode in models(provider, BOOK, LITELLM):
            for one in comparer.compare(provider, name, mode, AT):
                found.setdefault((one.model.lower(), one.sample), one)
    return list(found.values())


def majority(one: Comparison) -> set[str]:
    """Return the catalogues that agree with most of those that price the call; nobody where none are most."""
    camps = [{name for name, price in one.nanousd.items() if agree(price, other)} for other in one.nanousd.values()]
    largest = max(camps, key=len)
    return largest if len(largest) * 2 > len(one.nanousd) else set()


def by_catalogue(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield a table of what all catalogues price: how often each is with the majority."""
    shared = [one for one in found if len(one.nanousd) == len(NAMES) and one.sample == STANDARD]
    yield f"| {len(shared)} models that all three price | with the majority | against it |"
    yield "|---|---|---|"
    sided = Counter(name for one in shared for name in majority(one))
    decided = sum(bool(majority(one)) for one in shared)
    for name in NAMES:
        yield f"| {name} | {sided[name]} ({100 * sided[name] // decided} %) | {decided - sided[name]} |"


def by_provider(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield a table of what two catalogues or more price: how often they agree, and on how many each is alone."""
    yield f"| provider | calls | all agree | differ | {' | '.join(f'{name} alone' for name in NAMES)} |"
    yield "|---" * (4 + len(NAMES)) + "|"
    providers = dict.fromkeys(one.provider for one in found)
    for provider in [*providers, "all"]:
        own = [one for one in found if provider in {one.provider, "all"}]
        agreed = sum(one.is_agreed for one in own)
        alone = Counter(name for one in own if (most := majority(one)) for name in one.nanousd.keys() - most)
        columns = [len(own), agreed, len(own) - agreed, *(alone[name] or "" for name in NAMES)]
        yield f"| {provider} | {' | '.join(map(str, columns))} |"


def by_verdict() -> Iterator[str]:
    """Yield a table of the verdicts."""
    yield "| models | used | why |"
    yield "|---|---|---|"
    for one in verdicts():
        yield f"| {', '.join(f'`{model}`' for model in one.models)} | {one.use} | {one.why} |"


def page(found: Sequence[Comparison]) -> str:
    """Return the page with its tables anew."""
    text = PAGE.read_text(encoding="utf-8")
    tables = {"catalogues": by_catalogue(found), "providers": by_provider(found), "verdicts": by_verdict()}
    for name, lines in tables.items():
        text = _with_table(text, name, lines)
    return text


def _with_table(text: str, name: str, lines: Iterable[str]) -> str:
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    table = "\n".join(lines)
    return re.sub(f"({start}).*?({end})", lambda found: f"{found[1]}{table}\n{found[2]}", text, flags=re.DOTALL)


def differences(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield a line for each call on which catalogues differ."""
    for one in found:
        if not one.is_agreed:
            prices = "  ".join(f"{name} {exact_usd(price)}" for name, price in one.nanousd.items())
            held = one.verdict
            yield f"{one.model}, {one.sample}: {prices}\n    {held.use if held else '?'}: {held.why if held else '?'}"


def main() -> None:
    found = comparisons()
    if "--update" in sys.argv:
        PAGE.write_text(page(found), encoding="utf-8")
    for lines in (differences(found), by_catalogue(found), by_provider(found)):
        print(*lines, sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
