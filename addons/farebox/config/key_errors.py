"""Errors of msgspec in the words of settings: the key first, as the user writes it, and the fix last."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from .sources import paths
from .suggest import nearest

_FIXES = {
    "invalid decimal string": "write a number, such as 0.80",
    "invalid RFC3339 encoded date": "write a day, such as 2026-11-01",
}
# Keys whose page is not docs/configuration.md.
_PAGES = {
    **dict.fromkeys(("prices", "cost_fields"), "prices"),
    "budgets": "budgets",
    **dict.fromkeys(("destinations", "digest"), "notifications"),
}
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)


def format_error(message: str, struct: type[msgspec.Struct]) -> str:
    """Return msgspec's `message` about values for `struct`, rewritten."""
    what, _, path = message.partition(" - at `$")
    key = path.rstrip("`").lstrip(".").replace("[...]", "")
    unknown = _UNKNOWN.fullmatch(what)
    if unknown:
        return _unknown_key(key, unknown[1], struct)
    problem = f"{key}: {what[:1].lower()}{what[1:]}" if key else what
    for kind, fix in _FIXES.items():
        if problem.endswith(kind):
            return f"{problem}: {fix}"
    return f"{problem}; {_page(key)} lists the keys"


def _unknown_key(key: str, name: str, struct: type[msgspec.Struct]) -> str:
    parent = f"{key}." if key else ""
    hint = _hint(parent, name, _names_at(struct, key), [".".join(path) for path, _ in paths(struct)])
    return f"{parent}{name}: there is no such key; {hint}{_page(key or name)} lists the keys"


def _hint(parent: str, name: str, siblings: list[str], every: list[str]) -> str:
    if not parent and name in every:
        outer, _, inner = name.partition(".")
        return f"write `{outer}:` and, indented below it, `{inner}:`. "
    same = [key for key in every if key.rpartition(".")[2] == name]
    if not parent and len(same) == 1:
        return f"did you mean {same[0]}? "
    right = nearest(name, siblings)
    if right:
        return f"did you mean {parent}{right}? "
    elsewhere = None if parent else nearest(name, every)
    return f"did you mean {elsewhere}? " if elsewhere else ""


def _page(key: str) -> str:
    own = re.match(r"\w+", key)
    return f"docs/{_PAGES.get(own[0] if own else '', 'configuration')}.md"


def _names_at(struct: type[msgspec.Struct], key: str) -> list[str]:
    """Return the names of the keys below `key`; of all the structs it may be, if its type is a union."""
    found = [struct]
    for name in filter(None, re.sub(r"\[\d+\]", "", key).split(".")):
        fields = [field for one in found for field in msgspec.structs.fields(one)]
        found = [inner for field in fields if field.name == name for inner in _structs_in(field.type)]
    return [field.name for one in found for field in msgspec.structs.fields(one)]


def _structs_in(kind: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for argument in get_args(kind):
        yield from _structs_in(argument)
