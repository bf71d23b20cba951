"""What the headers of a response state about its call."""

from ..records import clean
from ..records.exchange import Response
from ..records.plan_windows import windows_in
from ..records.ratelimit import ratelimit_of

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id")


def request_id(response: Response) -> str | None:
    """Return the provider's name of the request."""
    named = (clean.word(response.header(name)) for name in _REQUEST_ID_HEADERS)
    return next(filter(None, named), None)


def announced_length(response: Response) -> int:
    """Return the bytes that Content-Length announces; 0 if it doesn't, as with chunks."""
    length = response.header("content-length") or ""
    return int(length) if length.isdecimal() and not response.header("transfer-encoding") else 0


def limits(response: Response) -> dict[str, int]:
    """Return the rate limits, and the windows of a subscription."""
    return {**(ratelimit_of(response.headers) or {}), **windows_in(response.headers)}
