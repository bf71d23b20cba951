"""The file of settings as nested mappings; keys and types are checked elsewhere."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from ..errors import SettingsError

PREFIX = "FAREBOX_"
FILE = "farebox.yaml"
OPTIONS = "set"


def named(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Return the file of settings that the command line (`config`) or the environment names."""
    variable = environment.get(f"{PREFIX}CONFIG")
    return config or (Path(variable) if variable else None)


def from_file(path: Path) -> dict[str, Any]:
    """Return the content of the file `path`; SettingsError if it has none that can be read."""
    try:
        content = _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: it is not text in UTF-8: save it as that") from error
    except ValueError as error:
        raise SettingsError(f"{path}:{error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"{path}:1: {_not_keys(content)}")
    return dict(content)


def parse_list(variable: str, value: str) -> Any:
    """Return the YAML list `value` of an environment variable; SettingsError if it is not YAML."""
    try:
        return _parse(value)
    except ValueError as error:
        raise SettingsError(f"{variable} is not a YAML list: {str(error).partition(': ')[2] or error}") from error


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
    """Put `more` into `base`; where both have a value, that of `more` wins, for mitmproxy's options one by one."""
    for key, value in more.items():
        if key == OPTIONS and _are_texts(value) and _are_texts(base.get(key)):
            base[key] = _options(base[key], value)
        elif isinstance(value, Mapping) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def _not_keys(content: object) -> str:
    if isinstance(content, list):
        return "the file is a list: write keys without a dash, such as `port: 8080`"
    return "there is no colon behind the key: write lines such as `port: 8080`"


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def _options(before: Iterable[str], more: Iterable[str]) -> list[str]:
    named = {one.partition("=")[0] for one in more}
    return [*(one for one in before if one.partition("=")[0] not in named), *more]


def _parse(text: str) -> Any:
    # Most starts have no file of settings, and PyYAML takes long to import.
    return import_module(".yaml_text", __package__).parse(text)
