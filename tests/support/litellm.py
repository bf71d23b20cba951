"""LiteLLM's prices for tests: calls priced by them alone, and lists of a few models."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import Cost
from farebox.pricing.fallback import LiteLLM
from farebox.pricing.litellm.data import PriceList
from farebox.pricing.pricer import Pricer
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHAT: dict[str, Any] = {"input_tokens": 10_000, "cache_read_tokens": 4_000, "output_tokens": 1_000}
_PRICER = Pricer([LiteLLM()])


def price(
    provider: str,
    *models: str,
    host: str = "",
    tier: str | None = None,
    at: datetime = AT,
    context: dict[str, str] | None = None,
    **used: Any,
) -> Cost:
    """Return what a call costs by LiteLLM's list alone."""
    return _PRICER.price(Consumption(provider, models, Usage(**used), at, host=host, tier=tier, context=context or {}))


def price_list(**models: Mapping[str, Any]) -> PriceList:
    """Return a list of `models`, of mode "chat" unless they say otherwise."""
    entries = {key: {"mode": "chat", **fields} for key, fields in models.items()}
    head = {"version": "1.0.0", "sha256": "00", "taken": "2026-11-24"}
    return PriceList(json.dumps({**head, "models": entries}).encode())
