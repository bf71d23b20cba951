"""A ledger's address as it may be printed and logged."""

import re

MASK = "***"
# To the last @: a password may have one that its user forgot to write as %40.
_IN_FRONT = re.compile(r"^([^:/?#]+://[^:/?#@]*:).*@", re.DOTALL)
_IN_QUERY = re.compile(r"(?i)([?&][^=&]*(?:password|passwd|secret|key)[^=&]*=)[^&]*")


def redact_url(url: str) -> str:
    """Return `url` without what it says of passwords; what is no URL may hold one anywhere, so all of it goes."""
    if "://" not in url:
        return MASK if "@" in url else url
    return _IN_QUERY.sub(rf"\1{MASK}", _IN_FRONT.sub(rf"\1{MASK}@", url))
