"""All that the wire told about one call: what a worker hands to the recorder through the spool."""

from typing import Any

import msgspec

from .text_size import TextSize
from .usage import Part, Usage

OK = "ok"
HTTP_ERROR = "http_error"
CLIENT_ABORT = "client_abort"
PROVIDER_CUT = "provider_cut"
NETWORK_ERROR = "network_error"
SIDECAR_STOP = "sidecar_stop"
_LEFT = frozenset({CLIENT_ABORT, SIDECAR_STOP})


class StatedCost(msgspec.Struct, frozen=True):
    """A cost as it was stated: the digits of a number of `unit`, and where they stood."""

    place: str
    amount: str
    unit: str


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One HTTP exchange, in the ledger's names; `started_at` in nanoseconds since 1970, UTC.

    What only looks at the work of an earlier exchange `completes` its row, named by its response id; where that work
    goes on after the answer, the row `is_pending`. `price_context` is what sets the price beside model and tier
    (speed, processing, ...); `parts` are the shares of an answer that several models, or tiers, have in it.

    Fields may be added, with a default, but neither renamed nor given another type: a newer recorder reads what an
    older worker left in the spool.
    """

    id: str
    started_at: int
    provider: str
    host: str
    outcome: str
    sidecar: str | None = None
    dialect: str | None = None
    operation: str | None = None
    provider_request_id: str | None = None
    response_id: str | None = None
    model_requested: str | None = None
    model_returned: str | None = None
    service_tier: str | None = None
    streamed: bool | None = None
    status: int | None = None
    error_type: str | None = None
    error_code: str | None = None
    error_param: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    raw_usage: dict[str, Any] | None = None
    meter_failed: bool = False
    is_unreadable: bool = False
    is_pending: bool = False
    completes: str | None = None
    duration_ms: int | None = None
    ttfb_ms: int | None = None
    ttft_ms: int | None = None
    output_chunks: int | None = None
    overhead_us: int | None = None
    request_bytes: int | None = None
    response_bytes: int | None = None
    tags: dict[str, str] | None = None
    params: dict[str, Any] | None = None
    ratelimit: dict[str, int] | None = None
    sizes: TextSize = TextSize()
    cost_header: str | None = None
    attempt: int | None = None
    request_hash: str | None = None
    price_context: dict[str, str] | None = None
    parts: list[Part] | None = None
    stated_cost: StatedCost | None = None

    @property
    def adds_nothing(self) -> bool:
        """Tell whether this is a look that found the work unfinished, was cut short, or found nothing at all."""
        is_cut = self.outcome in _LEFT or (self.outcome == PROVIDER_CUT and self.error_type is None)
        found_an_end = self.status == 200 and not self.is_pending and self.finish_reason is not None
        return self.completes is not None and (is_cut or not found_an_end)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Reading)


def encode(reading: Reading) -> bytes:
    """Return `reading` as the spool keeps it."""
    return _ENCODER.encode(reading)


def decode(message: bytes) -> Reading:
    """Return the Reading in `message`; msgspec.DecodeError where it holds none."""
    return _DECODER.decode(message)
