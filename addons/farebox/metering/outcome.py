"""How an exchange ended, by its response. Pure."""

from typing import NamedTuple

from ..dialects._base import Reply
from ..records import reading


class End(NamedTuple):
    """The end of a response: whether all of it arrived, and whether it could not be read whole."""

    status: int
    is_stream: bool
    is_complete: bool
    is_unread: bool


def outcome_of(reply: Reply, end: End, cut: str | None) -> str:
    """Return the outcome; `cut` is how the exchange was cut short, None if it ended by itself."""
    if end.status >= 400:
        return reading.HTTP_ERROR
    # Clients hang up after an error in the stream, and some servers send [DONE] after it. The error is the outcome.
    if reply.is_error:
        return reading.PROVIDER_CUT if end.is_stream else reading.HTTP_ERROR
    if end.is_complete:
        return reading.OK
    if cut is not None:
        return cut
    has_end = reply.is_answered or reply.finish_reason is not None
    if end.is_stream and not end.is_unread and not has_end:
        return reading.PROVIDER_CUT
    return reading.OK
