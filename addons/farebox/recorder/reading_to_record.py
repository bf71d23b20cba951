"""Reading to Record: completes the figures of the wire by estimates and a price. Pure."""

from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec

from ..pricing.bands import with_summed_parts
from ..pricing.cost import NONE, REPORTED, Cost, free, nothing_billable, unpriced
from ..pricing.paid import paid
from ..pricing.pricer import Pricer
from ..pricing.reported import reported
from ..pricing.row import NO_USAGE, PENDING, is_final, priced, with_payer
from ..records import reading as outcomes
from ..records.columns import NAMES
from ..records.price_context import is_cache_hit
from ..records.reading import Reading
from ..records.record import Record
from ..records.usage import Usage
from .estimates import CUT_SHORT, RatioModel, estimate
from .plausible import doubts, without_placeholders

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AS_READ = tuple(name for name in Reading.__struct_fields__ if name in NAMES and name != "started_at")
_as_read = attrgetter(*_AS_READ)
_USAGE = Usage.__struct_fields__
_usage = attrgetter(*_USAGE)
EMPTY_MODEL = RatioModel()
_NEVER_BILLED = frozenset({outcomes.HTTP_ERROR, outcomes.NETWORK_ERROR, outcomes.BLOCKED})
# Operations that are free without usage, and those for which only the input is billed.
_FREE = frozenset({"count_tokens", "moderation", "create_session", "list_models"})
# Bedrock has one API for all kinds of models.
_EMBEDDING = "embed"
_WITHOUT_OUTPUT = frozenset({"embeddings", "moderation", "create_cache", "rerank"})


def record_of(reading: Reading, pricer: Pricer, learned: RatioModel = EMPTY_MODEL) -> Record:
    """Return the ledger's row for `reading` at the prices of `pricer`; gaps in its usage are estimated."""
    reading = without_placeholders(reading)
    estimated = estimate(reading, learned)
    bands = {column: [interval.low, interval.high] for column, interval in estimated.bands.items()}
    values: dict[str, Any] = dict(zip(_AS_READ, _as_read(reading), strict=True))
    values |= zip(_USAGE, _usage(estimated.usage), strict=True)
    values |= {"started_at": EPOCH + timedelta(microseconds=reading.started_at // 1000), "estimate": bands or None}
    values["parts"] = msgspec.to_builtins(reading.parts)
    values["usage_source"] = "estimated" if bands else "reported" if reading.usage.is_reported else NO_USAGE
    billed = reported(reading.raw_usage, reading.cost_header, reading.stated_cost)
    if is_cache_hit(reading.price_context):
        # A cached answer repeats the cost of the call that filled the cache.
        billed = None
    if billed is not None and not reading.is_cost_believed:
        values["stated_cost_nanousd"] = billed.nanousd
        billed = None
    if not (bands or reading.usage.is_reported):
        values |= _cost_columns(_without_usage(reading))
    elif billed is None:
        values |= {"cost_status": NONE, "cost_reasons": _reservations(reading, is_estimated=bool(bands))}
    if billed is not None:
        values |= _cost_columns(Cost(billed.nanousd, REPORTED, (billed.place, *doubts(reading)), "reported")) | {
            "catalogue_cost_nanousd": None
        }
    row = with_payer(with_summed_parts(Record(**values), pricer), pricer)
    return paid(row) if is_final(row) else priced(row, pricer)


def _cost_columns(cost: Cost) -> dict[str, Any]:
    return {
        "cost_nanousd": cost.nanousd,
        "catalogue_cost_nanousd": cost.nanousd,
        "cost_status": cost.status,
        "cost_reasons": list(cost.reasons) or None,
        "price_source": cost.source,
    }


def _without_usage(reading: Reading) -> Cost:
    if reading.outcome in _NEVER_BILLED or _has_no_answer(reading.status):
        return nothing_billable()
    if reading.operation in _FREE:
        return free("free_operation")
    return unpriced(_fault(reading) or (PENDING if reading.is_pending else "no_usage"))


def _reservations(reading: Reading, *, is_estimated: bool) -> list[str]:
    """Return why the usage, stated or estimated, may be only a part of what was consumed."""
    return [*_gaps(reading, is_estimated=is_estimated), *doubts(reading)]


def _gaps(reading: Reading, *, is_estimated: bool) -> list[str]:
    if is_estimated:
        lacks = ["incomplete_usage"] if reading.usage.input_tokens is None and not reading.sizes.prompt_bytes else []
        return [*lacks, "incomplete_answer" if reading.outcome in CUT_SHORT else "no_usage"]
    if fault := _fault(reading):
        return [fault]
    if reading.outcome in CUT_SHORT:
        return ["incomplete_answer"]
    return [] if reading.usage.is_complete or _has_no_output(reading) else ["incomplete_usage"]


def _has_no_output(reading: Reading) -> bool:
    is_embedding = _EMBEDDING in (reading.model_requested or "")
    return (reading.operation in _WITHOUT_OUTPUT or is_embedding) and reading.usage.input_tokens is not None


def _has_no_answer(status: int | None) -> bool:
    """Return whether a response with this status has no answer: 204, or a redirection."""
    return status is not None and (status == 204 or 300 <= status < 400)


def _fault(reading: Reading) -> str | None:
    """Return why the answer was not read whole: a bug of farebox, or a response that cannot be read."""
    if reading.meter_failed:
        return "meter_failure"
    return "unreadable_answer" if reading.is_unreadable else None
