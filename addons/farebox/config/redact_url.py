"""A ledger's URL as it may be printed and logged."""

import re

MASK = "***"
# To the last @: a password may contain one that its user forgot to write as %40.
_USER_INFO = re.compile(r"^([^:/?#]+://[^:/?#@]*:).*@", re.DOTALL)
_IN_QUERY = re.compile(r"(?i)([?&][^=&]*(?:password|passwd|secret|key)[^=&]*=)[^&]*")


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def redact_ledger(url: str) -> str:
    """Return a ledger's `url` without passwords; little of it if it is no URL or has an @ not written as %40."""
    scheme, mark, rest = url.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        return MASK if url else ""
    is_clear = scheme.startswith("sqlite") or rest.count("@") <= 1
    return redact_url(url) if is_clear else f"{scheme}://{MASK}"


def redact_url(url: str) -> str:
    """Return `url` without passwords. In a text that is not one, a password may be anywhere: all of it is masked."""
    if "://" not in url:
        return MASK if "@" in url else url
    return _IN_QUERY.sub(rf"\1{MASK}", _USER_INFO.sub(rf"\1{MASK}@", url))
