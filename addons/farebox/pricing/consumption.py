"""What one call consumed, and everything else that its price depends on."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from ..records.usage import Usage


class Consumption(msgspec.Struct, frozen=True):
    """One call, or a part of one, as it is priced.

    `models`: as served, then as requested. `at`: start of the request, UTC. `tier` is the service tier as served;
    `context` holds other words that set the price (`speed`, `processing`, `quality`, `size`, ...), as in the ledger's
    column `price_context`. `calls`, `shortest_input` and `longest_input` are those of `usage.Part`. `paths` are the
    patterns of the user's rules that fit the request's path; `key_kind` and `billing` are what the exchange shows.
    `duration_ms` sets the price of a local model, unless the time of its machine is known, `machine_ms`.
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
    machine_ms: int | None = None
    calls: int = 1
    longest_input: int | None = None
    shortest_input: int | None = None
    paths: tuple[str, ...] = ()
    port: int | None = None
    key_kind: str | None = None
    billing: str | None = None
