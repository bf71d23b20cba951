"""What one call consumed, and all that its price hangs on."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from ..records.usage import Usage


class Consumption(msgspec.Struct, frozen=True):
    """One call, or a part of one, as it is priced.

    `models`: as served, then as asked for. `at`: when the request began, UTC. `tier` is the service tier as served;
    `context` holds what else sets the price (`speed`, `processing`, `search_context_size`, `quality`, `size`, ...), in
    the ledger's column `price_context`. `duration_ms` is what a model of one's own costs by. `calls` and
    `longest_input` are those of `usage.Part`.
    """

    provider: str
    models: tuple[str, ...]
    usage: Usage
    at: datetime
    host: str = ""
    operation: str | None = None
    tier: str | None = None
    context: Mapping[str, str] = {}
    duration_ms: int | None = None
    calls: int = 1
    longest_input: int | None = None
