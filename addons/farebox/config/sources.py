"""Where settings come from, as nested mappings: the file and the environment; whose keys and types are another's."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ..errors import SettingsError

PREFIX = "FAREBOX_"
FILE = "farebox.yaml"
_FIXES = {
    "invalid decimal string": "write a number, as 0.80",
    "invalid RFC3339 encoded date": "write a day, as 2026-11-01",
}
_TEXT = "tag:yaml.org,2002:str"


class _Loader(yaml.SafeLoader):
    """YAML's, but what it reads as floats and times stays as it is written: no float is exactly 0.1.

    A key that stands twice in a mapping is refused: YAML would let the last win, and `prices` lose rules in silence.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key for key, _ in node.value if key.tag == _TEXT]
        number = Counter(key.value for key in keys)
        twice = next((key for key in reversed(keys) if number[key.value] > 1), None)
        if twice is not None:
            said = f"{twice.value!r} stands there twice: put all of it under one"
            raise yaml.constructor.ConstructorError(problem=said, problem_mark=twice.start_mark)
        return super().construct_mapping(node, deep)


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


for _tag in ("float", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _as_written)


def named(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Return the file of settings that the command line (`config`) or the environment names."""
    from_there = environment.get(f"{PREFIX}CONFIG")
    return config or (Path(from_there) if from_there else None)


def missed(config: Path | None) -> str | None:
    """Return where a file of settings was looked for in vain; None where one was read."""
    if named(config, os.environ) or Path(FILE).is_file():
        return None
    return f"There is no {FILE} in {Path.cwd()}: --config FILE names one elsewhere."


def from_file(config: Path | None) -> dict[str, Any]:
    """Return what the file `config` says, or else farebox.yaml in the current folder, if it is there."""
    path = config or Path(FILE)
    if config is None and not path.is_file():
        return {}
    try:
        content = _yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # YAML calls a text that it is given so.
        told = str(error).replace('"<unicode string>"', str(path))
        raise SettingsError(f"{path} is not YAML: {told}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"{path} holds no keys: it starts with `key: value` lines")
    return dict(content)


def _yaml(text: str) -> Any:
    return _texts(yaml.load(text, _Loader))  # noqa: S506 - a SafeLoader


def _texts(content: Any) -> Any:
    """Return what YAML holds, with texts as keys of its mappings: `no:` and `1:` are others there."""
    if isinstance(content, dict):
        return {str(key): _texts(value) for key, value in content.items()}
    return [_texts(item) for item in content] if isinstance(content, list) else content


def from_environment(struct: type[msgspec.Struct], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what FAREBOX_ variables give for the keys of `struct`."""
    found: dict[str, Any] = {}
    for path, is_list in paths(struct):
        variable = PREFIX + "_".join(path).upper()
        value = environment.get(variable)
        if value:
            place = found
            for name in path[:-1]:
                place = place.setdefault(name, {})
            place[path[-1]] = _items(variable, value) if is_list else value
    return found


def _items(variable: str, value: str) -> Any:
    """Return several values: separated by commas, or a list as YAML writes it on one line."""
    if not value.lstrip().startswith("["):
        return [item.strip() for item in value.split(",") if item.strip()]
    try:
        return _yaml(value)
    except yaml.YAMLError as error:
        raise SettingsError(f"{variable} is not a YAML list: {error}") from error


def paths(struct: type[msgspec.Struct], prefix: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], bool]]:
    """Return the path of every key of `struct`, and whether it takes several values."""
    found: list[tuple[tuple[str, ...], bool]] = []
    for field in msgspec.structs.fields(struct):
        path = (*prefix, field.name)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found += paths(field.type, path)
        else:
            found.append((path, isinstance(field.default, tuple)))
    return found


def merge(base: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Put `more` into `base`, where it wins."""
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def format_error(message: str) -> str:
    """Return msgspec's message with the key in front, as the user writes it, and the fix behind."""
    problem = _by_key(message)
    for kind, fix in _FIXES.items():
        if problem.endswith(kind):
            return f"{problem}: {fix}"
    page = "prices" if re.match(r"prices\b|cost_fields\b", problem) else "configuration"
    return f"{problem}; the keys are listed in docs/{page}.md"


def _by_key(message: str) -> str:
    what, _, path = message.partition(" - at `$")
    key = re.sub(r"\[\.\.\.\]", "", path.rstrip("`")).lstrip(".")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    if unknown:
        return f"{'.'.join(part for part in (key, unknown[1]) if part)}: there is no such key"
    return f"{key}: {what[:1].lower()}{what[1:]}" if key else what
