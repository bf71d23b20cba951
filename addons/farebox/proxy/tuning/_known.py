"""Code of mitmproxy that a tuning relies on, by digests of its source."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..patches._patch import digest


class Known(NamedTuple):
    """A function, and the digests of its code for which a tuning was written."""

    function: Callable[..., Any]
    digests: frozenset[str]


def are_known(relied_on: Iterable[Known]) -> bool:
    """Tell whether all functions still have code that is known."""
    return all(digest(one.function) in one.digests for one in relied_on)
