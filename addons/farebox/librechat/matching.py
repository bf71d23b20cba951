"""Which row of the ledger a booking is for: by message id, else by conversation, model and time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ..records.times import in_utc
from .bookings import Booking

Call = Mapping[str, Any]
MESSAGE, CONVERSATION, TIME = "message id", "conversation, model and time", "model and time"
# LibreChat books once a call has ended, at the end of the whole turn.
_LATEST = timedelta(minutes=30)
_CLOCKS = timedelta(seconds=5)
# Without a conversation only a call that ended just before counts.
_NEAR = timedelta(minutes=2)


class Match(NamedTuple):
    """A booking and its call. Without a call, farebox saw none; without a booking, LibreChat booked nothing."""

    booking: Booking | None
    call: Call | None
    basis: str | None = None


def matched(bookings: Sequence[Booking], calls: Sequence[Call]) -> list[Match]:
    """Return a Match for every booking, and for every call of the same conversations and messages without one."""
    left_calls = dict(enumerate(calls))
    left = list(bookings)
    found: list[Match] = []
    for basis, fits in ((MESSAGE, _same_message), (CONVERSATION, _same_conversation), (TIME, _same_time)):
        for booking in list(left):
            candidates = [index for index, call in left_calls.items() if fits(booking, call)]
            if basis == TIME and len(candidates) > 1:
                continue
            best = min(candidates, key=lambda index: _distance(booking, left_calls[index]), default=None)
            if best is not None:
                found.append(Match(booking, left_calls.pop(best), basis))
                left.remove(booking)
    found += [Match(booking, None) for booking in left]
    found += [Match(None, call) for call in _of_librechat(bookings, left_calls.values())]
    return sorted(found, key=lambda one: one.booking.at if one.booking else _ended(one.call or {}))


def _of_librechat(bookings: Sequence[Booking], calls: Any) -> Iterator[Call]:
    """Yield the calls that share a message or a conversation with a booking."""
    conversations = {one.either.conversation for one in bookings} - {None}
    messages = {one.either.message_id for one in bookings} - {None}
    for call in calls:
        if call["conversation"] in conversations or call["message_id"] in messages:
            yield call


def _same_message(booking: Booking, call: Call) -> bool:
    message = booking.either.message_id
    return message is not None and call["message_id"] == message and _same_kind(booking, call)


def _same_conversation(booking: Booking, call: Call) -> bool:
    conversation = booking.either.conversation
    return (
        conversation is not None
        and call["conversation"] == conversation
        and _same_kind(booking, call)
        and -_CLOCKS <= booking.at - _ended(call) <= _LATEST
    )


def _same_time(booking: Booking, call: Call) -> bool:
    return (
        call["conversation"] is None
        and _same_kind(booking, call)
        and -_CLOCKS <= booking.at - _ended(call) <= _NEAR
        and call["user_id"] in {None, booking.either.user}
    )


def _same_kind(booking: Booking, call: Call) -> bool:
    """Return whether the models agree, and titles are compared with titles where the ledger knows the purpose."""
    models = {_plain(call["model_requested"]), _plain(call["model_returned"])}
    is_title = booking.either.context == "title"
    return _plain(booking.either.model) in models and (
        call["purpose"] is None or is_title == (call["purpose"] == "title")
    )


def _plain(model: str | None) -> str | None:
    """Return a model's name without what providers add in front of it."""
    return model.lower().rpartition("/")[2] if model else None


def _distance(booking: Booking, call: Call) -> timedelta:
    return abs(booking.at - _ended(call))


def _ended(call: Call) -> datetime:
    return in_utc(call["started_at"]) + timedelta(milliseconds=call["duration_ms"] or 0)
