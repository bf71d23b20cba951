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
from farebox.providers.table import BY_NAME, PROVIDERS
from farebox.report.figures import exact_usd

from tests import shares
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "accuracy.md"
# A working day, outside of DeepSeek's peak hours.
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
# The amounts that it prices, by the ledger's names.
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
NAMES = tuple(catalogue.name for catalogue in CATALOGUES)


def comparisons() -> list[Comparison]:
    """Return comparisons of each model that at least two catalogues price, by each name that one of them has."""
    comparer = Comparer(CATALOGUES, standard())
    found: dict[tuple[str, str], Comparison] = {}
    # A provider with another's list has the same prices.
    for provider in dict.fromkeys(provider.name for provider in PROVIDERS if provider.catalogue not in BY_NAME):
        for name, mode in models(provider, BOOK, LITELLM):
            for comparison in comparer.compare(provider, name, mode, AT):
                found.setdefault((comparison.model.lower(), comparison.sample), comparison)
    return list(found.values())


def majority(comparison: Comparison) -> set[str]:
    """Return the catalogues that agree with more than half of those that price the call; empty if none do."""
    prices = comparison.nanousd
    groups = [{name for name, price in prices.items() if agree(price, other)} for other in prices.values()]
    largest = max(groups, key=len)
    return largest if len(largest) * 2 > len(prices) else set()


def by_catalogue(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield a table of the models that all catalogues price: how often each agrees with the majority."""
    shared = [each for each in found if len(each.nanousd) == len(NAMES) and each.sample == STANDARD]
    yield f"| {len(shared)} models that all three price | with the majority | against it |"
    yield "|---|---|---|"
    sided = Counter(name for each in shared for name in majority(each))
    decided = sum(bool(majority(each)) for each in shared)
    for name in NAMES:
        yield f"| {name} | {sided[name]} ({100 * sided[name] // decided} %) | {decided - sided[name]} |"


def by_provider(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield a table of the models that at least two catalogues price: how often they agree, how often one differs."""
    yield f"| provider | calls | all agree | differ | {' | '.join(f'{name} alone' for name in NAMES)} |"
    yield "|---" * (4 + len(NAMES)) + "|"
    providers = dict.fromkeys(each.provider for each in found)
    for provider in [*providers, "all"]:
        own = [each for each in found if provider in {each.provider, "all"}]
        agreed = sum(each.is_agreed for each in own)
        alone = Counter(name for each in own if (most := majority(each)) for name in each.nanousd.keys() - most)
        columns = [len(own), agreed, len(own) - agreed, *(alone[name] or "" for name in NAMES)]
        yield f"| {provider} | {' | '.join(map(str, columns))} |"


def by_verdict() -> Iterator[str]:
    """Yield a table of the verdicts."""
    yield "| models | used | why |"
    yield "|---|---|---|"
    for verdict in verdicts():
        yield f"| {', '.join(f'`{model}`' for model in verdict.models)} | {verdict.use} | {verdict.why} |"


def page(found: Sequence[Comparison]) -> str:
    """Return the page with its tables anew."""
    text = PAGE.read_text(encoding="utf-8")
    tables = {"catalogues": by_catalogue(found), "providers": by_provider(found), "verdicts": by_verdict()}
    tables["shares"] = shares.table()
    for name, lines in tables.items():
        text = _with_table(text, name, lines)
    return text


def _with_table(text: str, name: str, lines: Iterable[str]) -> str:
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    table = "\n".join(lines)
    return re.sub(f"({start}).*?({end})", lambda found: f"{found[1]}{table}\n{found[2]}", text, flags=re.DOTALL)


def differences(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield a line for each call on which catalogues differ."""
    for each in found:
        if not each.is_agreed:
            prices = "  ".join(f"{name} {exact_usd(price)}" for name, price in each.nanousd.items())
            use, why = (each.verdict.use, each.verdict.why) if each.verdict else ("?", "?")
            yield f"{each.model}, {each.sample}: {prices}\n    {use}: {why}"


def main() -> None:
    found = comparisons()
    if "--update" in sys.argv:
        PAGE.write_text(page(found), encoding="utf-8")
    for lines in (differences(found), by_catalogue(found), by_provider(found)):
        print(*lines, sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
