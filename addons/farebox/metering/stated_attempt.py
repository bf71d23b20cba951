"""The number of an attempt, as the client states it, and a hash by which a repeated request is recognized.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from ..records import clean
from ..records.exchange import Request

# Hashing happens before the response is forwarded, and 1 MiB takes about a millisecond.
HASHED_LIMIT = 1 << 20
_LONG = 16 << 10
# What equal requests have in common if one repeats the other.
_SAME = ("client_addr", "user_id", "conversation", "message_id", "agent_id", "trace")
_CONTENT = b"content"
_AWS = re.compile(r"(?:^|[\s;,])attempt=(\d{1,4})(?:$|[\s;,])")


def stated_attempt(request: Request) -> int | None:
    """Return the attempt that the client's headers state: AWS's SDKs count from one, OpenAI's count retries from zero.

    None for zero retries: the program that calls the SDK may retry by itself.
    """
    aws = _AWS.search(request.header("amz-sdk-request") or "")
    if aws:
        return int(aws[1]) or None
    retries = request.header("x-stainless-retry-count") or ""
    number = clean.count(int(retries)) if retries.isascii() and retries.isdecimal() and len(retries) < 5 else None
    return number + 1 if number else None


def request_hash(key: bytes, caller: Mapping[str, Any], request: Request) -> str | None:
    """Return a hash that is the same for the same request of the same caller; it can't be computed without `key`.

    `caller` has the columns of attribution: equal requests of other users, keys or turns are other requests. None if
    the body is cut off or longer than HASHED_LIMIT.
    """
    if not request.body_is_whole or len(request.body) > HASHED_LIMIT:
        return None
    target = (request.method, request.host, str(request.port), request.path, request.query)
    who = (caller.get(column) or "" for column in (*_SAME, "key_fingerprint"))
    return _hashed(key, (*who, *target), request.body)


def content_hash(key: bytes, caller: Mapping[str, Any], texts: Sequence[str]) -> str | None:
    """Return a hash that is the same for the same `texts` of the same caller, whatever the host, API, model and key.

    None without a text.
    """
    if not any(texts) or sum(map(len, texts)) > HASHED_LIMIT:
        return None
    return _hashed(key, (*(caller.get(column) or "" for column in _SAME), *texts), _CONTENT)


def _hashed(key: bytes, texts: Iterable[str], body: bytes) -> str:
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = [len(part).to_bytes(8) for part in parts]
    small = b"".join(chain.from_iterable(zip(lengths, parts, strict=True)))
    digest = hashlib.blake2b(small + len(body).to_bytes(8), key=key, digest_size=16)
    # Processors have instructions for SHA-256, which takes a third of the time then.
    digest.update(hashlib.sha256(body).digest() if len(body) > _LONG else body)
    return digest.hexdigest()
