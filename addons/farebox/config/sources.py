"""The file of settings as nested mappings; keys and types are checked elsewhere."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ..errors import SettingsError

PREFIX = "FAREBOX_"
FILE = "farebox.yaml"
_TEXT = "tag:yaml.org,2002:str"


class _Loader(yaml.SafeLoader):
    """YAML's loader, but floats and times stay text, as they are written: no float is exactly 0.1.

    A key that stands twice in a mapping is refused: YAML would keep the last one and drop, say, half of the prices.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key for key, _ in node.value if key.tag == _TEXT]
        number = Counter(key.value for key in keys)
        repeated = next((key for key in reversed(keys) if number[key.value] > 1), None)
        if repeated is not None:
            problem = f"the key {repeated.value!r} is there twice: merge both into one"
            raise yaml.constructor.ConstructorError(problem=problem, problem_mark=repeated.start_mark)
        return super().construct_mapping(node, deep)


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


for _tag in ("float", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _as_written)


def named(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Return the file of settings that the command line (`config`) or the environment names."""
    variable = environment.get(f"{PREFIX}CONFIG")
    return config or (Path(variable) if variable else None)


def missed(config: Path | None) -> str | None:
    """Return a sentence about the file of settings that is not where it was expected; None if there is one."""
    if named(config, os.environ) or Path(FILE).is_file():
        return None
    return f"There is no {FILE} in {Path.cwd()}: --config FILE names one elsewhere."


def from_file(config: Path | None) -> dict[str, Any]:
    """Return the content of the file `config`, or else of farebox.yaml in the current folder if there is one."""
    path = config or Path(FILE)
    if config is None and not path.is_file():
        return {}
    try:
        content = _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # PyYAML gives a text without a file this name.
        problem = str(error).replace('"<unicode string>"', str(path))
        raise SettingsError(f"{path} is not YAML: {problem}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"{path} has no keys: write lines such as `port: 8080`")
    return dict(content)


def parse_list(variable: str, value: str) -> Any:
    """Return the YAML list `value` of an environment variable; SettingsError if it is not YAML."""
    try:
        return _parse(value)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
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
    """Put `more` into `base`; where both have a value, that of `more` wins."""
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def _parse(text: str) -> Any:
    return _with_text_keys(yaml.load(text, _Loader))  # noqa: S506 - a SafeLoader


def _with_text_keys(content: Any) -> Any:
    """Return YAML's content with all keys as text: YAML reads the keys `no:` and `1:` as a boolean and a number."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    return [_with_text_keys(item) for item in content] if isinstance(content, list) else content
