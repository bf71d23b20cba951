"""Signatures of webhooks: HMAC-SHA256 over the time and the body, one for each secret, so that a secret can be changed.

X-Farebox-Signature: t=1795000000,v1=HEX,v1=HEX
"""

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "X-Farebox-Signature"
TOLERANCE_SECONDS = 300


def sign(body: bytes, secrets: Sequence[bytes], at: int) -> str:
    """Return the header's value for `body`, signed at the Unix time `at` with each of `secrets`."""
    return ",".join([f"t={at}", *(f"v1={_digest(body, secret, at)}" for secret in secrets)])


def is_genuine(header: str, body: bytes, secret: bytes, now: float) -> bool:
    """Return whether `header` signs `body` with `secret`, within 5 minutes of `now`."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in parts if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
        return False
    at = int(times[0])
    expected = _digest(body, secret, at)
    is_signed = any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1" and value.isascii())
    return is_signed and abs(now - at) <= TOLERANCE_SECONDS


def _digest(body: bytes, secret: bytes, at: int) -> str:
    return hmac.new(secret, b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
