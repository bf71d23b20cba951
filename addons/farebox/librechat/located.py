"""YAML whose values know the line they stand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ..errors import SettingsError


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A value of the file `file`: a dict by key, a list (both of Located), or a scalar."""

    value: Any
    file: str
    line: int

    def get(self, *path: str) -> "Located | None":
        """Return what lies below `path`, or None."""
        found: Located | None = self
        for key in path:
            found = found.value.get(key) if found is not None and isinstance(found.value, dict) else None
        return found

    def items(self) -> "Iterator[tuple[str, Located]]":
        """Yield the entries of a mapping; nothing for other values."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def entries(self) -> "tuple[Located, ...]":
        """Return the elements of a list; nothing for other values."""
        return tuple(self.value) if isinstance(self.value, list) else ()

    @property
    def text(self) -> str | None:
        """The value as text, if it is a scalar that is not null."""
        return None if self.value is None or isinstance(self.value, dict | list) else str(self.value)


def parse(file: str, text: str) -> Located:
    """Return the content of the YAML file `file`; SettingsError if it isn't YAML."""
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        # The error's own text quotes the file, which can hold keys.
        raise SettingsError(
            f"{file}{line}: not YAML ({getattr(error, 'problem', None) or 'unreadable'}): correct it"
        ) from error
    return Located(None, file, 1) if node is None else _Reader(file, loader).read(node)


class _Reader:
    """Turns nodes into Located. A node that several aliases name is read once; one within itself is null."""

    def __init__(self, file: str, loader: yaml.SafeLoader) -> None:
        self._file = file
        self._loader = loader
        self._read: dict[int, Located] = {}

    def read(self, node: yaml.Node) -> Located:
        if id(node) not in self._read:
            line = node.start_mark.line + 1
            self._read[id(node)] = Located(None, self._file, line)
            self._read[id(node)] = Located(self._value(node), self._file, line)
        return self._read[id(node)]

    def _value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            self._loader.flatten_mapping(node)
            # A value that begins below its key is found by the line of the key.
            return {
                str(key.value): Located(self.read(value).value, self._file, key.start_mark.line + 1)
                for key, value in node.value
            }
        if isinstance(node, yaml.SequenceNode):
            return [self.read(one) for one in node.value]
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError):
            # A tag of the file's own, such as Compose's !reset.
            return node.value
