"""One value where farebox.yaml takes a list of them is a list of one."""

from typing import Any

import msgspec

from .key_types import is_struct, item_kinds, kinds_at


def with_lists(content: Any, struct: type[msgspec.Struct]) -> Any:
    """Return `content`, values for `struct`, with a list in place of each single text or number that stands for one."""
    if not isinstance(content, dict):
        return content
    return {key: _listed(value, kinds_at(struct, key)) for key, value in content.items()}


def _listed(value: Any, kinds: list[Any]) -> Any:
    items = [item for kind in kinds for item in item_kinds(kind)]
    inner = next((kind for kind in (*kinds, *items) if is_struct(kind)), None)
    if inner is not None:
        return [with_lists(one, inner) for one in value] if isinstance(value, list) else with_lists(value, inner)
    is_single = isinstance(value, str | int) and not isinstance(value, bool)
    return [value] if items and is_single and not any(isinstance(value, kind) for kind in _plain(kinds)) else value


def _plain(kinds: list[Any]) -> list[type]:
    return [kind for kind in kinds if isinstance(kind, type)]
