"""All that the wire says about one call, as a worker passes it to the recorder through the spool."""

from typing import Any

import msgspec

from .columns import Observed
from .text_size import TextSize
from .usage import Part, Usage

OK = "ok"
HTTP_ERROR = "http_error"
CLIENT_ABORT = "client_abort"
PROVIDER_CUT = "provider_cut"
NETWORK_ERROR = "network_error"
SIDECAR_STOP = "sidecar_stop"
BLOCKED = "blocked"
_LEFT = frozenset({CLIENT_ABORT, SIDECAR_STOP})


class StatedCost(msgspec.Struct, frozen=True):
    """A cost as it was stated: the digits of a number of `unit`, and where they stood."""

    place: str
    amount: str
    unit: str


class Reading(Observed, frozen=True, kw_only=True, omit_defaults=True):
    """One HTTP exchange as a worker read it; `started_at` in nanoseconds since 1970, UTC.

    A poll, which only asks for the work of an earlier exchange, `completes` the row with that response id; the row
    `is_pending` while its work goes on after the answer. `price_context` is what sets the price beside model and tier
    (speed, processing, ...); `parts` are the shares of an answer that have a model, or a tier, of their own. A chat
    `is_side_task` if it is short enough for a title, and `is_delegating` if it can start agents: other calls of its
    turn decide about its purpose, or it about theirs. `content_hash` is the same for the same question at any host. A
    call `is_repeatable` if the same request after its answer is a repetition: of one turn, or for a structured answer.
    `doubts` are reasons why the usage may be wrong or its price another. `billing`, `billing_source` and `plan` are who
    pays by the exchange itself; the user's rules are applied to them later. A stated cost counts if it
    `is_cost_believed`.

    Fields may be added, with a default, but neither renamed nor given another type: a newer recorder reads what an
    older worker left in the spool.
    """

    id: str
    started_at: int
    usage: Usage = Usage()
    raw_usage: dict[str, Any] | None = None
    price_context: dict[str, str] | None = None
    parts: list[Part] | None = None
    stated_cost: StatedCost | None = None
    cost_header: str | None = None
    is_cost_believed: bool = True
    sizes: TextSize = TextSize()
    meter_failed: bool = False
    is_unreadable: bool = False
    is_pending: bool = False
    content_hash: str | None = None
    is_repeatable: bool = False
    is_side_task: bool = False
    is_delegating: bool = False
    completes: str | None = None
    doubts: list[str] | None = None
    billing: str | None = None
    billing_source: str | None = None
    plan: str | None = None

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
