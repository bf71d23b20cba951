"""The types that a key of farebox.yaml may have, by its path."""

import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def steps(key: str) -> list[str | int]:
    """Return the names and numbers of a key such as `budgets[1].scope`."""
    return [int(number) if number else name for name, number in _STEP.findall(key)]


def value_at(content: Any, key: str) -> Any:
    """Return the value of `key` in `content`; None if it has none."""
    for step in steps(key):
        try:
            content = content[step]
        except (LookupError, TypeError):
            return None
    return content


def kinds_at(struct: type[msgspec.Struct], key: str) -> list[Any]:
    """Return the types that the value of `key` may have, without None: several if it is a union."""
    kinds: list[Any] = [struct]
    for step in steps(key):
        inner = (_items(kind) if isinstance(step, int) else _fields(kind, step) for kind in kinds)
        kinds = [kind for one in inner for kind in one]
    return kinds


def structs_at(struct: type[msgspec.Struct], key: str) -> list[type[msgspec.Struct]]:
    """Return the structs among the types of `key`, whose fields are its keys."""
    return [kind for kind in kinds_at(struct, key) if is_struct(kind)]


def is_struct(kind: Any) -> bool:
    """Tell whether a value of type `kind` has keys of its own."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def item_kinds(kind: Any) -> list[Any]:
    """Return the types of the items of a list; nothing if `kind` is none."""
    return list(_items(kind))


def _items(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is tuple:
        yield from _alternatives(get_args(kind)[0])


def _fields(kind: Any, name: str) -> Iterator[Any]:
    for field in msgspec.structs.fields(kind) if is_struct(kind) else ():
        if field.name == name:
            yield from _alternatives(field.type)


def _alternatives(kind: Any) -> Iterator[Any]:
    if get_origin(kind) in {Union, UnionType}:
        for one in get_args(kind):
            yield from _alternatives(one)
    elif kind is not NoneType:
        yield kind
