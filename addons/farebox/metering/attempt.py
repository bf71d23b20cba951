"""Which attempt at a request this is: what the client says of it, and by what the same request is known again.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import hashlib
import re

from ..records import clean
from ..records.exchange import Request

# Hashing runs between the request and its answer, and 1 MiB takes about a millisecond.
HASHED_LIMIT = 1 << 20
_AWS = re.compile(r"(?:^|[\s;,])attempt=(\d{1,4})(?:$|[\s;,])")


def stated_attempt(request: Request) -> int | None:
    """Return the attempt that the client's headers state: AWS's SDKs count from one, OpenAI's their retries from zero.

    No retry says nothing: whoever calls the SDK may try again himself.
    """
    aws = _AWS.search(request.header("amz-sdk-request") or "")
    if aws:
        return int(aws[1]) or None
    retries = request.header("x-stainless-retry-count") or ""
    number = clean.count(int(retries)) if retries.isascii() and retries.isdecimal() and len(retries) < 5 else None
    return number + 1 if number else None


def request_hash(key: bytes, client: str, request: Request) -> str | None:
    """Return what the same request of the same `client` has too, unknowable without `salt`; None if it is too long."""
    if not request.body_is_whole or len(request.body) > HASHED_LIMIT:
        return None
    place = (client, request.method, request.host, str(request.port), request.path, request.query)
    digest = hashlib.blake2b(key=key, digest_size=16)
    for part in (*(text.encode("utf-8", "surrogateescape") for text in place), request.body):
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
