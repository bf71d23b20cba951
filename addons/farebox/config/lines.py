"""Lines of farebox.yaml: where a key stands that an error is about."""

import re
from pathlib import Path

import yaml

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def located(problem: str, path: Path) -> str:
    """Return `problem`, which begins with its key, with file and line before it if `path` has that key."""
    key = problem.partition(":")[0]
    line = line_of(path, key)
    return problem if line is None else f"{path}:{line}: {problem}"


def line_of(path: Path, key: str) -> int | None:
    """Return the line of `key`, such as `budgets[1].scope`, or of the nearest key around it; None if there is none."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None
    line = None
    for name, number in _STEP.findall(key):
        found = _item(node, int(number)) if number else _value(node, name)
        if found is None:
            break
        at, node = found
        line = at.start_mark.line + 1
    return line


def _value(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)


def _item(node: yaml.Node | None, number: int) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.SequenceNode) or number >= len(node.value):
        return None
    return node.value[number], node.value[number]
