"""Completion of options that take several names, separated by commas."""

from collections.abc import Callable, Iterable


def completing(names: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a function that completes the last of some names of `names`, without those that are there already."""
    known = tuple(names)

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        given = before.split(",")
        return [f"{before}{comma}{name}" for name in known if name.startswith(last) and name not in given]

    return complete
