"""The credential of a request, which is read to describe it and never kept.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import re
from collections.abc import Mapping

from .exchange import Request

_HEADERS = ("x-api-key", "api-key", "x-goog-api-key", "xi-api-key", "ocp-apim-subscription-key")
_AWS = re.compile(r"aws4-hmac-sha256\s+credential=([^/,\s]+)/", re.IGNORECASE)
# What clients send where a server needs no key.
_NO_KEY = frozenset({"", "none", "null", "undefined", "no-key", "no_key", "nokey", "not-needed", "dummy", "empty"})
_SCHEMES = frozenset({"bearer", "basic", "token", "key"})


def credential(headers: Mapping[str, str], parameter: str | None) -> str | None:
    """Return the key or token in `headers`, or in the query's `parameter`; with AWS's signature, the key's public id.

    None if there is none, or a word that stands for none.
    """
    named = (headers.get(name) for name in _HEADERS)
    for given in (*named, _authorized(headers.get("authorization", "")), parameter):
        key = (given or "").strip()
        if key.lower() not in _NO_KEY:
            return key
    return None


def key_parameter(request: Request) -> str | None:
    """Return the key in the query of `request`."""
    return request.parameter("key") if "key=" in request.query else None


def _authorized(authorization: str) -> str:
    if signed := _AWS.match(authorization):
        return signed[1]
    scheme, _, key = authorization.strip().partition(" ")
    return key if key or scheme.lower() in _SCHEMES else scheme
