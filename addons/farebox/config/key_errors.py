"""Errors of msgspec in the words of settings: the key first, as the user writes it, and the fix last."""

import re
from typing import Any

import msgspec

from .key_types import kinds_at, structs_at, value_at
from .sources import paths
from .suggest import nearest
from .value_errors import missing, unknown_variant, words_of, wrong_value

# Keys whose page is not docs/configuration.md.
_PAGES = {
    **dict.fromkeys(("prices", "cost_fields", "currency", "report_currency"), "prices"),
    "budgets": "budgets",
    **dict.fromkeys(("destinations", "digest"), "notifications"),
    **dict.fromkeys(("attribution", "keys", "users", "teams", "purposes"), "attribution"),
}
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
# Entries of few keys are listed whole.
_MOST_LISTED = 16


def format_error(message: str, struct: type[msgspec.Struct], content: Any) -> str:
    """Return msgspec's `message` about `content`, values for `struct`, rewritten."""
    what, _, path = message.partition(" - at `")
    key = path.rstrip("`").removeprefix("$").lstrip(".").replace("[...]", "")
    key = re.sub(r"^key` in `\$\.?", "", key)
    if unknown := _UNKNOWN.fullmatch(what):
        return _unknown_key(key, unknown[1], struct, content)
    if lacking := _MISSING.fullmatch(what):
        return missing(key, lacking[1])
    value, kinds = value_at(content, key), kinds_at(struct, key)
    if not key:
        return "the settings are not keys with values: write lines such as `port: 8080`"
    if not kinds:
        # The key that selects one of several structs is no field of theirs.
        return unknown_variant(key, kinds_at(struct, key.rpartition(".")[0]), value)
    return wrong_value(key, kinds, value)


def _unknown_key(key: str, name: str, struct: type[msgspec.Struct], content: Any) -> str:
    parent = f"{key}." if key else ""
    if name.isdigit() and value_at(content, f"{parent}{name}") is None:
        return f"{parent}{name}: a comma ends a value within braces: write a decimal point, as in 0.{name}"
    siblings = _names_at(struct, key)
    hint = _hint(parent, name, siblings, struct)
    if not hint and key and len(siblings) <= _MOST_LISTED:
        hint = f"remove it, or write one of {', '.join(siblings)}"
    page = _page(key or name)
    if hint and hint.endswith("?"):
        return f"{parent}{name}: there is no such key; {hint} {page} describes the keys"
    return f"{parent}{name}: there is no such key: {hint or 'remove it'}. {page} describes the keys"


def _hint(parent: str, name: str, siblings: list[str], struct: type[msgspec.Struct]) -> str | None:
    every = [".".join(path) for path, _ in paths(struct)]
    if not parent and name in every:
        outer, _, inner = name.partition(".")
        return f"write `{outer}:` and, indented below it, `{inner}:`"
    inside = [f"{parent}{one}.{name}" for one in siblings if parent and name in _names_at(struct, f"{parent}{one}")]
    same = [key for key in every if not parent and key.rpartition(".")[2] == name]
    if inside or len(same) == 1:
        return f"did you mean {words_of(inside or same)}?"
    if right := nearest(name, siblings):
        return f"did you mean {parent}{right}?"
    if parent:
        return f"{name} is a key of the file itself, so don't indent it" if name in every else None
    elsewhere = nearest(name, every)
    return f"did you mean {elsewhere}?" if elsewhere else None


def _page(key: str) -> str:
    own = re.match(r"\w+", key)
    return f"docs/{_PAGES.get(own[0] if own else '', 'configuration')}.md"


def _names_at(struct: type[msgspec.Struct], key: str) -> list[str]:
    """Return the names of the keys below `key`; of all the structs it may be, if its type is a union."""
    return [field.name for one in structs_at(struct, key) for field in msgspec.structs.fields(one)]
