"""Reading to Record: what the wire told, priced. Pure."""

from datetime import UTC, datetime, timedelta

from .. import reading as outcomes
from ..pricing import book
from ..pricing.cost import PARTIAL, PRICED, Cost, free, nothing_billable, unpriced
from ..reading import Reading
from ..record import COLUMNS, Record
from ..usage import Usage

PENDING = "pending"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AS_READ = tuple(name for name in Reading.__struct_fields__ if name in COLUMNS and name != "started_at")
_CUT_SHORT = frozenset({outcomes.CLIENT_ABORT, outcomes.PROVIDER_CUT, outcomes.SIDECAR_STOP})
_NEVER_BILLED = frozenset({outcomes.HTTP_ERROR, outcomes.NETWORK_ERROR})
# Operations that cost nothing where nothing is counted, and those whose input is all that is billed.
_FREE = frozenset({"count_tokens", "moderation", "create_session"})
_WITHOUT_OUTPUT = frozenset({"embeddings", "moderation"})


def record_of(reading: Reading) -> Record:
    """Return the ledger's row for `reading`."""
    started_at = EPOCH + timedelta(microseconds=reading.started_at // 1000)
    cost = _cost(reading, started_at)
    told = {name: getattr(reading, name) for name in _AS_READ}
    told |= {name: getattr(reading.usage, name) for name in Usage.__struct_fields__}
    return Record(
        **told,
        started_at=started_at,
        usage_source="reported" if reading.usage.is_reported else "none",
        cost_nanousd=cost.nanousd,
        cost_status=cost.status,
        cost_reasons=list(cost.reasons) or None,
        catalogue_cost_nanousd=cost.nanousd,
        price_source=cost.source,
        price_version=cost.version,
        rate_card=cost.rate_card or None,
    )


def _cost(reading: Reading, at: datetime) -> Cost:
    if not reading.usage.is_reported:
        if reading.outcome in _NEVER_BILLED or _has_no_answer(reading.status):
            return nothing_billable()
        if reading.operation in _FREE:
            return free("free_operation")
        return unpriced(_fault(reading) or (PENDING if reading.is_pending else "no_usage"))
    cost = book.price(
        provider=reading.provider,
        models=(reading.model_returned, reading.model_requested),
        usage=reading.usage,
        tier=reading.service_tier,
        at=at,
    )
    return _reserved(cost, reading)


def _reserved(cost: Cost, reading: Reading) -> Cost:
    """Mark a price as partial where the usage is known to be only a part of what was consumed."""
    if cost.status != PRICED:
        return cost
    if fault := _fault(reading):
        reasons = (fault,)
    elif reading.outcome in _CUT_SHORT:
        reasons = ("incomplete_answer",)
    elif not (reading.usage.is_complete or _has_no_output(reading)):
        reasons = ("incomplete_usage",)
    else:
        return cost
    return Cost(cost.nanousd, PARTIAL, reasons, cost.source, cost.version, cost.rate_card)


def _has_no_output(reading: Reading) -> bool:
    return reading.operation in _WITHOUT_OUTPUT and reading.usage.input_tokens is not None


def _has_no_answer(status: int | None) -> bool:
    """Tell whether a response of this status holds no answer: 204, or a redirection."""
    return status is not None and (status == 204 or 300 <= status < 400)


def _fault(reading: Reading) -> str | None:
    """Return why not all of the answer was read, be it ours or the provider's."""
    if reading.meter_failed:
        return "meter_failure"
    return "unreadable_answer" if reading.is_unreadable else None
