"""Replace a function of mitmproxy, if its code is one that the replacement was written for."""

import hashlib
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mitmproxy import version

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patch:
    """One replaced method. `without` says what happens if mitmproxy's own stays; `known` has digests of its code."""

    owner: type
    method: str
    replacement: Callable[..., Any]
    without: str
    known: frozenset[str]

    @property
    def stock(self) -> Callable[..., Any]:
        """The method as it is now."""
        method: Callable[..., Any] = getattr(self.owner, self.method)
        return method


def apply(patch: Patch) -> bool:
    """Make the change once; False, and a line in the log, if the method has other code than those that are known."""
    stock = patch.stock
    if stock is patch.replacement:
        return True
    if digest(stock) not in patch.known:
        logger.warning(
            "mitmproxy %s has new code in %s.%s, which stays as it is: %s. Update farebox, or use mitmproxy 12.3.1",
            version.VERSION,
            patch.owner.__name__,
            patch.method,
            patch.without,
        )
        return False
    setattr(patch.owner, patch.method, patch.replacement)
    return True


def digest(function: Callable[..., Any]) -> str:
    """Return a digest of the function's source that does not depend on its layout."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        return ""
    return hashlib.sha256("".join(source.split()).encode()).hexdigest()[:16]
