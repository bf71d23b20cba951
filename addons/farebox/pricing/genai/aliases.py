"""Names whose prices in the catalogue are wrong or outdated, each with the reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

STALE = "stale_alias"
_ALWAYS = date.min


class Alias(NamedTuple):
    """From `since` on, the name stands for `model`, or for a model without a known price if `model` is None."""

    since: date
    model: str | None
    reason: str


_RETIRED = (
    "Retired 2026-07-24; both names were modes of V4 Flash: https://api-docs.deepseek.com/updates/#date-2026-04-24"
)
_V3 = "No off-peak price from 2025-09-05 on; V3.1's and V3.2's prices are not in the catalogue"
_DEEPSEEK = (Alias(date(2025, 9, 5), None, _V3), Alias(date(2026, 4, 24), "deepseek-v4-flash", _RETIRED))
# By the catalogue's provider and the name in lower case.
ALIASES: Mapping[str, Sequence[Alias]] = {
    "deepseek/deepseek-chat": _DEEPSEEK,
    "deepseek/deepseek-reasoner": _DEEPSEEK,
    "deepseek/deepseek-v3.2": (Alias(_ALWAYS, None, "The price is a reseller's: DeepSeek's own was 0.28 and 0.42"),),
    "mistral/codestral-latest": (
        Alias(date(2025, 7, 30), "codestral-2508", "https://docs.mistral.ai/models/codestral-25-08"),
    ),
    "mistral/mistral-large-latest": (
        Alias(date(2025, 12, 2), None, "Still at Large 2's price; catalogues differ on whether it is Large 3 or 4"),
    ),
    "mistral/magistral-medium-latest": (
        Alias(date(2026, 6, 16), None, "Deprecated; may answer as Medium 3.5, which costs otherwise"),
    ),
}


def aliases(provider: str, model: str) -> Sequence[Alias]:
    """Return what `model`, a name in lower case, stands for at the catalogue's `provider`, from the oldest on."""
    return ALIASES.get(f"{provider}/{model}", ())
