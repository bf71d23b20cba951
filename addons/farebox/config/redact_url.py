"""A ledger's URL as it may be printed and logged."""

import re

MASK = "***"
# To the last @: a password may contain one that its user forgot to write as %40.
_USER_INFO = re.compile(r"^([^:/?#]+://[^:/?#@]*:).*@", re.DOTALL)
_IN_QUERY = re.compile(r"(?i)([?&][^=&]*(?:password|passwd|secret|key)[^=&]*=)[^&]*")


def redact_url(url: str) -> str:
    """Return `url` without passwords. In a text that is not one, a password may be anywhere: all of it is masked."""
    if "://" not in url:
        return MASK if "@" in url else url
    return _IN_QUERY.sub(rf"\1{MASK}", _USER_INFO.sub(rf"\1{MASK}@", url))
