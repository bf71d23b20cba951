"""Requested words that select a price in the catalogue."""

from collections.abc import Mapping

TIER = "service_tier"
# Words at the list price unless a variant says otherwise ("us" is priced as a region). Other requested words set no
# price.
_AT_LIST_PRICE: Mapping[str, frozenset[str]] = {
    TIER: frozenset({"default", "standard", "auto", "on_demand"}),
    "processing": frozenset({"standard"}),
    "speed": frozenset({"standard"}),
    "latency": frozenset({"standard"}),
    "inference_geo": frozenset({"global", "not_available", "us"}),
    "search_type": frozenset(),
    "route": frozenset(),
}
# The listed fee is that of the largest context: https://docs.perplexity.ai/docs/getting-started/pricing
_CONTEXT_SIZE, _PRICED_SIZE = "search_context_size", "high"
# Billed as on demand: https://console.groq.com/docs/flex-processing
_SAME_PRICE = frozenset({"groq/service_tier=flex"})


def words(tier: str | None, context: Mapping[str, str]) -> dict[str, str]:
    """Return the words that set the price, including the tier, in lower case."""
    requested = {**context, TIER: tier} if tier else context
    return {name: word.lower() for name, word in requested.items()}


def without_price(
    requested: Mapping[str, str], priced: frozenset[str], ref: str, *, per_request: bool
) -> tuple[str, ...]:
    """Return reservations for the words whose price is not known.

    `priced` are the names whose word has a price; `per_request` tells whether the model `ref` has a fee per request.
    """
    return tuple(
        f"no_price:{name}={word}"
        for name, word in requested.items()
        if name not in priced and not _is_at_list_price(name, word, ref, per_request=per_request)
    )


def _is_at_list_price(name: str, word: str, ref: str, *, per_request: bool) -> bool:
    if name == _CONTEXT_SIZE:
        return not per_request or word == _PRICED_SIZE
    same = f"{ref.partition('/')[0]}/{name}={word}" in _SAME_PRICE
    return same or name not in _AT_LIST_PRICE or word in _AT_LIST_PRICE[name]
