"""Rules that are added to the text of farebox.yaml: every line of the user's stays as it is."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import yaml

from ..purpose.rule import PurposeRule

_KEY = "purposes"


class AddedRule(NamedTuple):
    """A rule, and the comment above it."""

    rule: PurposeRule
    comment: str


def rule_lines(rules: Sequence[AddedRule], indent: int = 2) -> str:
    """Return the lines below `purposes:` for `rules`."""
    return "".join(f"{' ' * indent}{line}\n" for rule in rules for line in _lines(rule))


def with_rules(text: str, rules: Sequence[AddedRule]) -> str | None:
    """Return `text`, a file of settings, with `rules` behind its own; None if `purposes` isn't a list in block style.

    YAMLError if `text` is not YAML.
    """
    node = yaml.compose(text, yaml.SafeLoader)
    before = _purposes(text)
    line, lines = _place(node, text, rules)
    kept = text.splitlines(keepends=True)
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    new = "".join([*kept[:line], lines.replace("\n", "\r\n") if "\r\n" in text else lines, *kept[line:]])
    wanted = [*before, *(msgspec.to_builtins(one.rule) for one in rules)] if isinstance(before, list) else None
    return new if wanted is not None and _reads(new, text, wanted) else None


def _lines(added: AddedRule) -> list[str]:
    fields = msgspec.to_builtins(added.rule)
    first, *others = (
        f"{key}: {value if key == 'purpose' else json.dumps(value, ensure_ascii=False)}"
        for key, value in fields.items()
    )
    return [f"# {added.comment}", f"- {first}", *(f"  {line}" for line in others)]


def _place(node: yaml.Node | None, text: str, rules: Sequence[AddedRule]) -> tuple[int, str]:
    """Return before which line to insert which lines."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    key, listed = next(((key, value) for key, value in pairs if key.value == _KEY), (None, None))
    if key is None:
        return len(text.splitlines()), f"{_KEY}:\n{rule_lines(rules)}"
    if isinstance(listed, yaml.SequenceNode) and listed.value:
        return _line_after(listed), rule_lines(rules, listed.start_mark.column)
    return key.end_mark.line + 1, rule_lines(rules)


def _line_after(node: yaml.Node) -> int:
    """Return the line behind the last scalar in `node`; a collection's own end is where the next key begins."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    # The end of a text of several lines is the beginning of the next line.
    return int(node.end_mark.line + (node.end_mark.column > 0))


def _purposes(text: str) -> object:
    """Return the rules of `text`, an empty list if it has none."""
    content = yaml.safe_load(text)
    if content is None:
        return []
    return (content.get(_KEY) or []) if isinstance(content, dict) else None


def _reads(new: str, old: str, wanted: list[object]) -> bool:
    """Return whether `new` has the content of `old`, but for its rules, which are `wanted`."""
    try:
        content = yaml.safe_load(new)
    except yaml.YAMLError:
        return False
    before = yaml.safe_load(old) or {}
    return bool({**before, _KEY: wanted} == content)
