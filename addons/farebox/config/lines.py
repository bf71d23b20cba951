"""Lines of files of settings: where a key stands that an error is about."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from .key_types import steps


def located(problem: str, paths: Sequence[Path]) -> str:
    """Return `problem`, which begins with its key, with file and line before it if one of `paths` has that key.

    The file that has most of the key counts, and of equal ones the first.
    """
    key = problem.partition(": ")[0]
    # The last form is a key with a dot in its name, which is a mistake itself.
    places = [(*_place(path, form), path) for form in (steps(key), [key]) for path in paths]
    depth, line, path = max(places, key=lambda one: one[0], default=(0, 0, None))
    return f"{path}:{line}: {problem}" if depth else problem


def line_of(path: Path, key: str) -> int | None:
    """Return the line of `key`, such as `budgets[1].scope`, or of the nearest key around it; None if there is none."""
    depth, line = _place(path, steps(key))
    return line if depth else None


def _place(path: Path, key: Sequence[str | int]) -> tuple[int, int]:
    """Return how many steps of `key` the file has, and the line of the last of them."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return 0, 0
    depth, line = 0, 0
    for step in key:
        found = _item(node, step) if isinstance(step, int) else _value(node, step)
        if found is None:
            break
        at, node = found
        depth, line = depth + 1, at.start_mark.line + 1
    return depth, line


def _value(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)


def _item(node: yaml.Node | None, number: int) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.SequenceNode) or number >= len(node.value):
        return None
    return node.value[number], node.value[number]
