"""What spans calls: a look at earlier work completes that work's row; attempts at one request are numbered. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ..pricing.row import PENDING
from ..records import reading as outcomes
from ..records.reading import Reading
from ..records.record import Completion, Record
from ..records.usage import Usage
from .ledger import EPOCH

WINDOW_NANOSECONDS = 120 * 10**9
FAILURES_LIMIT = 10_000
_TOLD = ("model_returned", "service_tier", "finish_reason", "error_type", "error_code", "error_param")
_BILLED = (
    *Usage.__struct_fields__,
    *("usage_source", "estimate", "raw_usage", "cost_nanousd", "cost_status", "cost_reasons"),
    *("catalogue_cost_nanousd", "price_source", "price_version", "rate_card", "price_context", "parts"),
)
_TRIED_AGAIN = frozenset({408, 409, 425, 429})

Key = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Joined:
    """What looks make of a batch: its `records`, rows in the ledger that are completed, looks whose row is not there.

    `settled` are looks that need not wait any more.
    """

    records: Sequence[Record]
    completions: Sequence[Completion]
    waiting: Sequence[Reading]
    resolved: Sequence[Reading]


def is_open(row: Record) -> bool:
    """Tell whether `row` lacks the tokens that the provider counted."""
    return row.usage_source != "reported" or (row.input_tokens is None and row.output_tokens is None)


def join(
    records: Sequence[Record],
    stored: Iterable[Record],
    polls: Iterable[Reading],
    price: Callable[[Reading], Record | None],
) -> Joined:
    """Complete the rows that `looks` tell of: each once, by the first look that tells the end.

    The row is the earliest of its response id, in the batch or `stored`; none is where any of them has its tokens: a
    run that was given outputs of tools has several rows and one usage.
    """
    rows = {record.id: record for record in (*stored, *records)}
    befores = dict(rows)
    by_key: dict[Key, list[str]] = {}
    for row in sorted(rows.values(), key=lambda one: one.started_at):
        by_key.setdefault((row.host, row.dialect, row.response_id), []).append(row.id)
    waiting: list[Reading] = []
    resolved: list[Reading] = []
    for look in sorted(polls, key=lambda one: one.started_at):
        found = by_key.get((look.host, look.dialect, look.completes), ())
        (resolved if found else waiting).append(look)
        if found and all(is_open(rows[one]) for one in found):
            row = rows[found[0]]
            priced = price(_as_if_asked_by(look, row))
            rows[row.id] = completed(row, priced) if priced else row
    ids = {record.id for record in records}
    changed = (one for one in rows if one not in ids and rows[one] != befores[one])
    completions = [Completion(befores[one], rows[one]) for one in changed]
    return Joined([rows[record.id] for record in records], completions, waiting, resolved)


def completed(row: Record, told: Record) -> Record:
    """Return `row` with what `told`, the priced look, knows better: how the work ended, and what it consumed."""
    changes = {name: value for name in _TOLD if (value := getattr(told, name)) is not None}
    if told.usage_source == "reported" or row.cost_reasons == [PENDING]:
        changes |= {name: getattr(told, name) for name in _BILLED}
    return msgspec.structs.replace(row, **changes)


def _as_if_asked_by(look: Reading, row: Record) -> Reading:
    """Return `look` at the time, with the model and the words of the request whose row it completes: these set the
    price.
    """
    microseconds = round((row.started_at - EPOCH).total_seconds() * 1_000_000)
    return msgspec.structs.replace(
        look,
        id=row.id,
        started_at=microseconds * 1000,
        model_requested=look.model_requested or row.model_requested,
        price_context={**(row.price_context or {}), **(look.price_context or {})} or None,
    )


class Failure(msgspec.Struct, frozen=True):
    """A call that failed and may be tried again: when, in nanoseconds, and which attempt it was."""

    started_at: int
    ended_at: int
    attempt: int


def numbered(
    failures: Mapping[str, Failure], readings: Iterable[Reading]
) -> tuple[Mapping[str, Failure], Sequence[Reading]]:
    """Return what failed lately, by request hash, and `readings` with their attempt where it is known.

    An identical request within two minutes of a failure is the next attempt; what the client itself says may be more.
    """
    told, known = [], dict(failures)
    for reading in sorted(readings, key=lambda one: one.started_at):
        earlier = known.pop(reading.request_hash or "", None)
        attempt = reading.attempt
        if earlier and earlier.started_at < reading.started_at <= earlier.ended_at + WINDOW_NANOSECONDS:
            attempt = max(attempt or 0, earlier.attempt + 1)
        told.append(msgspec.structs.replace(reading, attempt=attempt))
        if reading.request_hash and _may_be_tried_again(reading):
            ended_at = reading.started_at + (reading.duration_ms or 0) * 1_000_000
            known[reading.request_hash] = Failure(reading.started_at, ended_at, attempt or 1)
    return _latest(known), told


def _may_be_tried_again(reading: Reading) -> bool:
    if reading.outcome == outcomes.HTTP_ERROR:
        return reading.status in _TRIED_AGAIN or (reading.status or 0) >= 500
    return reading.outcome != outcomes.OK


def _latest(failures: Mapping[str, Failure]) -> Mapping[str, Failure]:
    newest = max((failure.ended_at for failure in failures.values()), default=0)
    kept = [(key, one) for key, one in failures.items() if one.ended_at + WINDOW_NANOSECONDS >= newest]
    return dict(kept[-FAILURES_LIMIT:])
