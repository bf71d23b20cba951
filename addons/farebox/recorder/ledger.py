"""Reading to Record: what the wire told, priced. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from .. import reading as outcomes
from ..pricing import book
from ..pricing.cost import ESTIMATED, PARTIAL, PRICED, REPORTED, Cost, free, nothing_billable, unpriced
from ..pricing.reported import reported
from ..reading import Reading
from ..record import COLUMNS, Record
from ..usage import Usage
from .estimates import CUT_SHORT, Estimate, Learned, estimate

PENDING = "pending"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AS_READ = tuple(name for name in Reading.__struct_fields__ if name in COLUMNS and name != "started_at")
NOTHING_LEARNED = Learned()
_NEVER_BILLED = frozenset({outcomes.HTTP_ERROR, outcomes.NETWORK_ERROR})
# Operations that cost nothing where nothing is counted, and those whose input is all that is billed.
_FREE = frozenset({"count_tokens", "moderation", "create_session"})
_WITHOUT_OUTPUT = frozenset({"embeddings", "moderation"})


def record_of(reading: Reading, learned: Learned = NOTHING_LEARNED) -> Record:
    """Return the ledger's row for `reading`; gaps in its usage are estimated from what is `learned`."""
    started_at = EPOCH + timedelta(microseconds=reading.started_at // 1000)
    estimated = estimate(reading, learned)
    cost, bands = _cost(reading, started_at), dict[str, list[int]]()
    if estimated.bands:
        cost, bands = _estimated(reading, estimated, started_at)
    catalogue = cost.nanousd
    if billed := reported(reading.raw_usage, reading.cost_header):
        cost = replace(cost, nanousd=billed.nanousd, status=REPORTED, reasons=(billed.place,), source="reported")
        bands.pop("cost_nanousd", None)
    told = {name: getattr(reading, name) for name in _AS_READ}
    told |= {name: getattr(estimated.usage, name) for name in Usage.__struct_fields__}
    return Record(
        **told,
        started_at=started_at,
        usage_source="estimated" if bands else "reported" if reading.usage.is_reported else "none",
        estimate=bands or None,
        cost_nanousd=cost.nanousd,
        cost_status=cost.status,
        cost_reasons=list(cost.reasons) or None,
        catalogue_cost_nanousd=catalogue,
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
    return _reserved(_price(reading, reading.usage, at), reading)


def _estimated(reading: Reading, estimated: Estimate, at: datetime) -> tuple[Cost, dict[str, list[int]]]:
    """Return what an estimated usage costs, and the band of each estimated column, that of the cost among them."""
    bands = {column: [guess.low, guess.high] for column, guess in estimated.bands.items()}
    cost = _price(reading, estimated.usage, at)
    if cost.status not in {PRICED, PARTIAL} or cost.nanousd is None:
        return cost, bands
    ends = ({column: guess[end] for column, guess in estimated.bands.items()} for end in (0, 2))
    prices = [_price(reading, msgspec.structs.replace(estimated.usage, **end), at).nanousd for end in ends]
    bands["cost_nanousd"] = [price for price in prices if price is not None]
    reasons = (*cost.reasons, "incomplete_answer" if reading.outcome in CUT_SHORT else "no_usage")
    return Cost(cost.nanousd, ESTIMATED, reasons, cost.source, cost.version, cost.rate_card), bands


def _price(reading: Reading, usage: Usage, at: datetime) -> Cost:
    return book.price(
        provider=reading.provider,
        models=(reading.model_returned, reading.model_requested),
        usage=usage,
        tier=reading.service_tier,
        at=at,
    )


def _reserved(cost: Cost, reading: Reading) -> Cost:
    """Mark a price as partial where the usage is known to be only a part of what was consumed."""
    if cost.status != PRICED:
        return cost
    if fault := _fault(reading):
        reasons = (fault,)
    elif reading.outcome in CUT_SHORT:
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
