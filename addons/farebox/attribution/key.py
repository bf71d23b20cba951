"""The fingerprint of an API key: a keyed hash, as the key itself is never kept."""

import hmac
import re
from collections.abc import Mapping
from hashlib import blake2b, sha256

from ..records.credential import credential

DIGITS = 16
# Tokens that are valid for hours: as keys, they would make a new caller each time.
_SHORT_LIVED = re.compile(r"eyJ|ya29\.|ASIA|bedrock-api-key-")
_REMEMBERED = 4096
_PURPOSE = b"key fingerprint\0"


class Fingerprints:
    """Fingerprints under one `hmac_key`, which are remembered by another hash: no key stays in memory."""

    def __init__(self, hmac_key: bytes) -> None:
        self._hmac_key = hmac_key
        self._known: dict[bytes, str] = {}

    def of(self, headers: Mapping[str, str], parameter: str | None) -> str | None:
        """Return the fingerprint of the key in `headers` or in the query's `parameter`; None if no key lasts."""
        key = credential(headers, parameter)
        if key is None or _SHORT_LIVED.match(key):
            return None
        # A tenth of the time that OpenSSL takes for its HMAC.
        mark = blake2b(key.encode("utf-8", "surrogateescape"), key=self._hmac_key[:64], digest_size=16).digest()
        if mark not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[mark] = fingerprint_of(self._hmac_key, key)
        return self._known[mark]


def fingerprint_of(hmac_key: bytes, key: str) -> str:
    """Return the fingerprint of `key`; it can't be computed without `hmac_key`."""
    return hmac.digest(hmac_key, _PURPOSE + key.encode("utf-8", "surrogateescape"), sha256).hex()[:DIGITS]
