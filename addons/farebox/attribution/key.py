"""The fingerprint of an API key: a keyed hash, as the key itself is never kept."""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256

from ..records.credential import credential

DIGITS = 16
# Tokens that are valid for hours: as keys, they would make a new caller each time.
_SHORT_LIVED = re.compile(r"eyJ|ya29\.|ASIA|bedrock-api-key-")
_PURPOSE = b"key fingerprint\0"


def fingerprint(hmac_key: bytes, headers: Mapping[str, str], parameter: str | None) -> str | None:
    """Return the fingerprint of the key in `headers` or in the query's `parameter`; None if there is no lasting key."""
    key = credential(headers, parameter)
    return None if key is None or _SHORT_LIVED.match(key) else fingerprint_of(hmac_key, key)


def fingerprint_of(hmac_key: bytes, key: str) -> str:
    """Return the fingerprint of `key`; it can't be computed without `hmac_key`."""
    return hmac.digest(hmac_key, _PURPOSE + key.encode("utf-8", "surrogateescape"), sha256).hex()[:DIGITS]
