"""Patterns of names: * stands for any characters, and case doesn't count."""

import re
from collections.abc import Callable
from functools import cache


@cache
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return whether a name is one of `patterns`, in which * stands for any characters and case doesn't count."""
    parts = (".*".join(map(re.escape, pattern.lower().split("*"))) for pattern in patterns)
    expression = re.compile("|".join(f"(?:{part})" for part in parts), re.DOTALL)
    return lambda name: expression.fullmatch(name.lower()) is not None
