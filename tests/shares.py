"""Where a share of a call has no price of its own in the list that prices the rest: `make shares`.

Each model of both catalogues is looked up as a call that consumed every share. Before, such a share cost as much as the
total that contains it; now it asks the next source first.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from farebox.pricing.book import Book
from farebox.pricing.comparison import models
from farebox.pricing.consumption import Consumption
from farebox.pricing.fallback import LiteLLM
from farebox.pricing.pricer import Pricer
from farebox.pricing.ratecard import SHARES, general_price
from farebox.pricing.standard import standard
from farebox.providers.table import PROVIDERS
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
# Smaller differences are none: the lists round.
_MARGIN = Decimal("0.01")


@dataclass(slots=True)
class Scan:
    """How many models have a price of their own for one share, and where the rest comes from.

    `dearer` and `cheaper` count the models whose share costs otherwise than before, `examples` name some.
    """

    own: int = 0
    general: int = 0
    same: int = 0
    dearer: int = 0
    cheaper: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, model: str, before: Decimal, now: Decimal) -> None:
        if abs(now - before) <= _MARGIN * before:
            self.same += 1
            return
        self.dearer += now > before
        self.cheaper += now < before
        self.examples.append(f"`{model}` {before.normalize():f} → {now.normalize():f}")


def scan() -> tuple[int, dict[str, Scan]]:
    """Return the number of models with prices, and the Scan of each share."""
    book, litellm, pricer = Book(), LiteLLM(), standard()
    found = {share: Scan() for share in SHARES}
    number = 0
    seen: set[str] = set()
    for provider in dict.fromkeys(provider.name for provider in PROVIDERS):
        for name, _ in models(provider, book, litellm):
            if (model := f"{provider}/{name}".lower()) not in seen:
                seen.add(model)
                number += _looked_up(pricer, Consumption(provider, (name,), Usage(), AT), found)
    return number, found


def _looked_up(pricer: Pricer, asked: Consumption, found: dict[str, Scan]) -> bool:
    """Note the shares of one model; return whether it has prices."""
    card, sheet = pricer.card(asked), pricer.sheet(asked)
    if card is None or sheet is None or card.free or not card.rates:
        return False
    for share, counted in found.items():
        general = general_price(share, card.rates)
        if share in card.rates:
            counted.own += 1
        elif general is not None and share in sheet.rates:
            counted.note(f"{asked.provider}/{asked.models[0]}", general.usd, sheet.rates[share].usd)
        elif general is not None:
            counted.general += 1
    return True


def table() -> Iterator[str]:
    """Yield the table of docs/accuracy.md."""
    number, found = scan()
    heads = ("own price", "general price before", "of these, now from the next source", "dearer", "cheaper")
    yield f"| {number:,} models | {' | '.join(heads)} |"
    yield "|---|---|---|---|---|---|"
    for share, one in found.items():
        filled = one.same + one.dearer + one.cheaper
        cells = (one.own, one.general + filled, filled, one.dearer, one.cheaper)
        yield f"| `{share}` | {' | '.join(f'{cell:,}' for cell in cells)} |"


def main() -> None:
    print(*table(), sep="\n")
    for share, one in scan()[1].items():
        providers = Counter(example.split("/")[0].strip("`") for example in one.examples)
        print(f"\n{share}: {', '.join(f'{name} {count}' for name, count in providers.most_common())}")
        print(*(f"    {example}" for example in one.examples), sep="\n")


if __name__ == "__main__":
    main()
