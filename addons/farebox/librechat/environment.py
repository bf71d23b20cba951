"""The environment that LibreChat has: what its process starts with, and what it reads from .env later."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dotenv.parser import parse_stream

# ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:+other}, ${NAME:?error}, $NAME and $$, as Compose writes them.
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-+?])([^}]*))?\})")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value and the line that sets it."""

    value: str
    file: str
    line: int | None = None


Variables = Mapping[str, Variable]


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of one process. `at_start`: its real environment. `later`: what it reads from .env by itself.

    `file` and `line` are the place at which a variable of the real environment is added.
    """

    at_start: Variables = field(default_factory=dict)
    later: Variables = field(default_factory=dict)
    file: str = ""
    line: int | None = None

    def get(self, *names: str) -> tuple[str, Variable] | None:
        """Return the first of `names` that has a value, with its Variable. The real environment wins."""
        for name in names:
            for variables in (self.at_start, self.later):
                if name in variables:
                    if variables[name].value:
                        return name, variables[name]
                    break
        return None

    def value(self, *names: str) -> str:
        """Return the value of the first of `names` that has one, or an empty string."""
        found = self.get(*names)
        return found[1].value if found else ""

    def started_with(self, *names: str) -> bool:
        """Return whether the process starts with a value of one of `names`."""
        return any(name in self.at_start and self.at_start[name].value for name in names)


def parse_env(file: str, text: str) -> dict[str, Variable]:
    """Return what a .env file sets; of several lines for one name, the last counts."""
    found = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is not None and not binding.error:
            # A binding begins with the blank lines before it.
            lead = binding.original.string
            blank = lead[: len(lead) - len(lead.lstrip())].count("\n")
            found[binding.key] = Variable(binding.value or "", file, binding.original.line + blank)
    return found


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with Compose's references replaced; a name that `values` lack is empty."""

    def one(match: re.Match[str]) -> str:
        escaped, plain, braced, operator, other = match.groups()
        if escaped:
            return "$"
        value = values.get(plain or braced)
        if operator is None:
            return value or ""
        has_value = bool(value) if operator.startswith(":") else value is not None
        if operator.endswith("+"):
            return str(other) if has_value else ""
        return (value or "") if has_value else (str(other) if operator.endswith("-") else "")

    return _REFERENCE.sub(one, text)
