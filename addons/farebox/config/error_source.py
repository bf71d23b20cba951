"""An error about a setting, with the file and line, or the variable, that the setting comes from."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from .environment import variable_of
from .key_errors import format_error
from .key_types import value_at
from .lines import located

# The command line, variables and files, in order of precedence.
Sources = tuple[Mapping[str, Any], Mapping[str, Any], Sequence[Path]]
_NOTHING: tuple[Any, ...] = (None, (), [])


def text_of(error: Exception, struct: type[msgspec.Struct], content: Any, sources: Sources) -> str:
    """Return the text of `error` about `content`, values for `struct` that come from `sources`."""
    problem = format_error(str(error), struct, content) if isinstance(error, msgspec.ValidationError) else str(error)
    given, variables, files = sources
    key = problem.partition(": ")[0]
    # A value where a list belongs has become the only item of one.
    forms = (key, re.sub(r"\[0\]$", "", key))
    if any(value_at(given, form) not in _NOTHING for form in forms):
        return problem
    if any(value_at(variables, form) not in _NOTHING for form in forms):
        return f"{variable_of(key, struct)}: {problem}"
    return located(problem, files)
