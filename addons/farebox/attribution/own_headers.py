"""Request headers that only farebox reads, so that no provider gets them."""

from collections.abc import Iterable
from functools import lru_cache

_PREFIX = "x-farebox-"
# The names that docs/attribution.md proposes for LibreChat, which has no header names of its own. Others that begin
# with x-lc- may be an operator's own.
_LIBRECHAT = frozenset(
    f"x-lc-{name}"
    for name in (
        *("user-id", "user-email", "user-name", "user-role", "conversation-id", "message-id", "parent-message-id"),
        *("agent-id", "team", "project", "app"),
    )
)
_SIGNED = "signedheaders="


def own_headers(names: Iterable[str], more: frozenset[str] = frozenset()) -> list[str]:
    """Return those of `names` that are farebox's own headers, or one of `more` (in lower case)."""
    return [name for name in names if _is_own(name, more)]


def signed_headers(authorization: str) -> frozenset[str]:
    """Return the headers that AWS's signature covers: without one of these, the request would be refused."""
    _, _, signed = authorization.lower().partition(_SIGNED)
    return frozenset(signed.partition(",")[0].strip().split(";")) if signed else frozenset()


# Clients send the same names with each call.
@lru_cache(1024)
def _is_own(name: str, more: frozenset[str]) -> bool:
    name = name.lower()
    return name.startswith(_PREFIX) or name in _LIBRECHAT or name in more
