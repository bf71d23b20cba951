"""Links between calls: a poll completes the row of its work. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from ..pricing.row import PENDING
from ..records.reading import Reading
from ..records.record import Completion, Record
from ..records.usage import Usage
from .reading_to_record import EPOCH

_RESULT = ("model_returned", "service_tier", "finish_reason", "error_type", "error_code", "error_param")
_BILLED = (
    *Usage.__struct_fields__,
    *("usage_source", "estimate", "raw_usage", "cost_nanousd", "cost_status", "cost_reasons"),
    *("catalogue_cost_nanousd", "stated_cost_nanousd", "price_source", "price_version", "rate_card"),
    *("price_context", "parts", "billing", "billing_source", "plan"),
)

# Work that other programs, or other machines, may have begun: its result states a bill that no other row has. A single
# response or a run of an assistant is looked up again and again, long after it was billed.
_OF_OTHERS = frozenset({"batch", "fine_tuning", "evaluation", "video_generation"})

Key = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Joined:
    """A batch after its polls are joined: its `records`, completed rows of the ledger, and polls whose row is missing.

    `resolved` are polls that need not wait any more.
    """

    records: Sequence[Record]
    completions: Sequence[Completion]
    waiting: Sequence[Reading]
    resolved: Sequence[Reading]


def is_open(row: Record) -> bool:
    """Return whether `row` lacks the tokens that the provider counted."""
    return row.usage_source != "reported" or (row.input_tokens is None and row.output_tokens is None)


def is_result(poll: Reading) -> bool:
    """Return whether `poll` is a row of its own if nothing that farebox saw has begun its work."""
    return poll.operation in _OF_OTHERS


def join(
    records: Sequence[Record],
    stored: Iterable[Record],
    polls: Iterable[Reading],
    price: Callable[[Reading], Record | None],
) -> Joined:
    """Complete the rows that `polls` ask for: each once, by the first poll that reports the end.

    The row is the earliest of its response id, in the batch or `stored`. No row is completed if one of them has its
    tokens already: a run that was given outputs of tools has several rows and one usage.
    """
    rows = {record.id: record for record in (*stored, *records)}
    befores = dict(rows)
    by_key: dict[Key, list[str]] = {}
    for row in sorted(rows.values(), key=lambda row: row.started_at):
        by_key.setdefault((row.host, row.dialect, row.response_id), []).append(row.id)
    waiting: list[Reading] = []
    resolved: list[Reading] = []
    for poll in sorted(polls, key=lambda poll: poll.started_at):
        found = by_key.get((poll.host, poll.dialect, poll.completes), ())
        (resolved if found else waiting).append(poll)
        if found and all(is_open(rows[id_]) for id_ in found):
            row = rows[found[0]]
            priced = price(_at_its_request(poll, row))
            rows[row.id] = completed(row, priced) if priced else row
    ids = {record.id for record in records}
    changed = (id_ for id_ in rows if id_ not in ids and rows[id_] != befores[id_])
    completions = [Completion(befores[id_], rows[id_]) for id_ in changed]
    return Joined([rows[record.id] for record in records], completions, waiting, resolved)


def completed(row: Record, poll: Record) -> Record:
    """Return `row` with what its priced `poll` reports: how the work ended, and what it consumed."""
    changes = {name: value for name in _RESULT if (value := getattr(poll, name)) is not None}
    if poll.usage_source == "reported" or row.cost_reasons == [PENDING]:
        changes |= {name: getattr(poll, name) for name in _BILLED}
    return msgspec.structs.replace(row, **changes)


def _at_its_request(poll: Reading, row: Record) -> Reading:
    """Return `poll` with the time, model and price words of the request whose row it completes."""
    microseconds = round((row.started_at - EPOCH).total_seconds() * 1_000_000)
    return msgspec.structs.replace(
        poll,
        id=row.id,
        started_at=microseconds * 1000,
        model_requested=poll.model_requested or row.model_requested,
        price_context={**(row.price_context or {}), **(poll.price_context or {})} or None,
    )
