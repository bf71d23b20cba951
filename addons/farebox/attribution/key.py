"""The fingerprint of an API key: a keyed hash, as the key itself is never kept.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256

DIGITS = 16
_HEADERS = ("x-api-key", "api-key", "x-goog-api-key", "xi-api-key", "ocp-apim-subscription-key")
_AWS = re.compile(r"aws4-hmac-sha256\s+credential=([^/,\s]+)/", re.IGNORECASE)
# Tokens that are valid for hours: as keys, they would make a new caller each time.
_SHORT_LIVED = re.compile(r"eyJ|ya29\.|ASIA|bedrock-api-key-")
# What clients send where a server needs no key.
_NO_KEY = frozenset({"", "none", "null", "undefined", "no-key", "no_key", "nokey", "not-needed", "dummy", "empty"})
_SCHEMES = frozenset({"bearer", "basic", "token", "key"})
_PURPOSE = b"key fingerprint\0"


def fingerprint(hmac_key: bytes, headers: Mapping[str, str], parameter: str | None) -> str | None:
    """Return the fingerprint of the key in `headers` or in the query's `parameter`; None if there is no lasting key."""
    key = _key(headers, parameter)
    return None if key is None else fingerprint_of(hmac_key, key)


def fingerprint_of(hmac_key: bytes, key: str) -> str:
    """Return the fingerprint of `key`; it can't be computed without `hmac_key`."""
    return hmac.digest(hmac_key, _PURPOSE + key.encode("utf-8", "surrogateescape"), sha256).hex()[:DIGITS]


def _key(headers: Mapping[str, str], parameter: str | None) -> str | None:
    named = (headers.get(name) for name in _HEADERS)
    for given in (*named, _authorized(headers.get("authorization", "")), parameter):
        key = (given or "").strip()
        if key.lower() not in _NO_KEY:
            return None if _SHORT_LIVED.match(key) else key
    return None


def _authorized(authorization: str) -> str:
    """Return the key in an Authorization header; with AWS's signature, the public id of the key."""
    if signed := _AWS.match(authorization):
        return signed[1]
    scheme, _, key = authorization.strip().partition(" ")
    return key if key or scheme.lower() in _SCHEMES else scheme
