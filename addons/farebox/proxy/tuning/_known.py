"""Code of mitmproxy that a tuning replaces or relies on, by digests of its source."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..patches._patch import Patch, digest


class Known(NamedTuple):
    """A function, and the digests of its code for which a tuning was written."""

    function: Callable[..., Any]
    digests: frozenset[str]


class Tuning(NamedTuple):
    """A change: the function that makes it, what it replaces, and what it relies on."""

    use: Callable[[], bool]
    patches: tuple[Patch, ...]
    relied_on: tuple[Known, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether mitmproxy's code is what the tuning was written for; nothing is changed."""
        return are_known(self.relied_on) and all(map(_fits, self.patches))


def are_known(relied_on: Iterable[Known]) -> bool:
    """Tell whether all functions still have code that is known."""
    return all(digest(one.function) in one.digests for one in relied_on)


def _fits(patch: Patch) -> bool:
    return patch.stock is patch.replacement or digest(patch.stock) in patch.known
