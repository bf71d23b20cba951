"""One frozen Settings from farebox.yaml, the environment and the command line; every error names its key."""

import math
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import platformdirs
import tzlocal
import yaml

from .errors import SettingsError

PREFIX = "FAREBOX_"
_CREDENTIALS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "set-cookie"}
)


class Intercept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which connections are decrypted, beside those to the hosts of `providers.py`."""

    hosts: tuple[str, ...] = ()
    all: bool = False


class Attribution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of a request's headers, beside what every call has."""

    tags: tuple[str, ...] = ()


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a stop goes."""

    deadline: float = 8.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set. The keys, one by one: docs/configuration.md."""

    home: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    metrics_port: int = 9464
    ledger: str = ""
    sidecar: str = ""
    ca: str = ""
    timezone: str = ""
    workers: int = 1
    mode: tuple[str, ...] = ()
    stream_usage: Literal["observe"] = "observe"
    intercept: Intercept = Intercept()
    attribution: Attribution = Attribution()
    stop: Stop = Stop()
    script: tuple[str, ...] = ()
    set: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.home)

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    @property
    def zone(self) -> ZoneInfo:
        """What "today" and "month" mean."""
        return ZoneInfo(self.timezone)


def load(
    given: Mapping[str, Any] | None = None,
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the Settings; the command line (`given`) beats the environment, the environment beats the file."""
    environment = os.environ if environment is None else environment
    config = config or (Path(environment[f"{PREFIX}CONFIG"]) if environment.get(f"{PREFIX}CONFIG") else None)
    merged = _file(config)
    _merge(merged, _environment(environment))
    _merge(merged, {key: value for key, value in (given or {}).items() if value not in (None, (), [])})
    try:
        settings = msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{_key(str(error))}; the keys are listed in docs/configuration.md") from error
    return _filled(_checked(settings))


def _file(config: Path | None) -> dict[str, Any]:
    path = config or Path("farebox.yaml")
    if config is None and not path.is_file():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"{path} holds no keys: it starts with `key: value` lines")
    return _texts(content)


def _texts(content: dict[Any, Any]) -> dict[str, Any]:
    """Return YAML's mapping with texts as keys: `no:` and `1:` are others there."""
    return {str(key): _texts(value) if isinstance(value, dict) else value for key, value in content.items()}


def _environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that FAREBOX_ variables give; several values are separated by commas."""
    found: dict[str, Any] = {}
    for path, is_list in _paths(Settings):
        value = environment.get(PREFIX + "_".join(path).upper())
        if value:
            place = found
            for name in path[:-1]:
                place = place.setdefault(name, {})
            place[path[-1]] = [item.strip() for item in value.split(",") if item.strip()] if is_list else value
    return found


def _paths(struct: type[msgspec.Struct], prefix: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], bool]]:
    paths: list[tuple[tuple[str, ...], bool]] = []
    for field in msgspec.structs.fields(struct):
        path = (*prefix, field.name)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            paths += _paths(field.type, path)
        else:
            paths.append((path, isinstance(field.default, tuple)))
    return paths


def keys() -> list[str]:
    """Return every key, nested ones with a dot."""
    return [".".join(path) for path, _ in _paths(Settings)]


def _merge(base: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value


def _key(message: str) -> str:
    """Return msgspec's message with the key in front, as the user writes it."""
    what, _, path = message.partition(" - at `$")
    key = re.sub(r"\[\.\.\.\]", "", path.rstrip("`")).lstrip(".")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    if unknown:
        return f"{'.'.join(part for part in (key, unknown[1]) if part)}: there is no such key"
    return f"{key}: {what[:1].lower()}{what[1:]}" if key else what


def _checked(settings: Settings) -> Settings:
    for problem in _problems(settings):
        raise SettingsError(problem)
    return settings


def _problems(settings: Settings) -> Iterator[str]:
    yield from _out_of_range(settings)
    if settings.timezone and not _is_zone(settings.timezone):
        yield f"timezone: {settings.timezone!r} is no time zone: write a name such as Europe/Berlin or UTC"
    for name in _CREDENTIALS.intersection(map(str.lower, settings.attribution.tags)):
        yield f"attribution.tags: {name} holds a key, which is never kept: name another header"
    for pattern in settings.intercept.hosts:
        if not re.fullmatch(r"[\w*.-]+(:\d+)?", pattern):
            yield f"intercept.hosts: {pattern!r} is no host: write api.example.com or *.example.com"


def _out_of_range(settings: Settings) -> Iterator[str]:
    for key in ("port", "metrics_port"):
        if not 0 <= getattr(settings, key) <= 65535:
            yield f"{key}: {getattr(settings, key)} is no port: from 0 (any free one) to 65535"
    if settings.workers != 1:
        yield f"workers: {settings.workers} asked for, but this version runs exactly 1"
    if not 0 <= settings.stop.deadline < math.inf:
        yield f"stop.deadline: {settings.stop.deadline} is no time: 0 or more seconds"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _filled(settings: Settings) -> Settings:
    home = Path(settings.home).expanduser() if settings.home else platformdirs.user_data_path("farebox")
    if "?" in str(home) and not settings.ledger:
        raise SettingsError(f"home: {home} has a question mark, which no ledger's URL takes: name another folder")
    ledger = settings.ledger or f"sqlite:///{home.absolute() / 'ledger.db'}"
    tags = tuple(name.lower() for name in settings.attribution.tags)
    return msgspec.structs.replace(
        settings,
        home=str(home.absolute()),
        ledger=ledger,
        sidecar=settings.sidecar or socket.gethostname(),
        ca=str(Path(settings.ca or home / "mitmproxy").expanduser().absolute()),
        timezone=settings.timezone or _local_zone(),
        attribution=Attribution(tags=tags),
    )


def _local_zone() -> str:
    """Return the machine's time zone, or UTC where it has none with a name."""
    name = tzlocal.get_localzone_name()
    return name if name and _is_zone(name) else "UTC"
