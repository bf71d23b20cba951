"""Settings from FAREBOX_ variables."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ..errors import SettingsError
from .sources import PREFIX, parse_list, paths
from .suggest import nearest

# farebox's own variables that are not settings: the file of settings, the pipe of a child process, and what its scripts
# and tests read.
NO_SETTINGS = frozenset(f"{PREFIX}{name}" for name in ("CONFIG", "PIPE", "PYTHON", "REPLAY", "SHARED", "SOAK_SECONDS"))
# Kubernetes (and Docker, for links) describes a service named `farebox` or `farebox-...` to every container beside it.
_SERVICE = re.compile(r"(?:\w+_)?(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)")
_SERVICE_URL = re.compile(r"(?:tcp|udp|sctp)://")


def from_environment(struct: type[msgspec.Struct], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that FAREBOX_ variables give to the keys of `struct`; an empty variable gives none.

    SettingsError for a FAREBOX_ variable that does not exist.
    """
    given = {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value and not _is_of_a_service(name.removeprefix(PREFIX), value)
    }
    known = {PREFIX + "_".join(path).upper(): (path, takes_several) for path, takes_several in paths(struct)}
    _check_names(given, known)
    found: dict[str, Any] = {}
    for variable in given.keys() & known.keys():
        path, takes_several = known[variable]
        target = found
        for name in path[:-1]:
            target = target.setdefault(name, {})
        target[path[-1]] = _items(variable, given[variable]) if takes_several else given[variable]
    return found


def variable_of(key: str, struct: type[msgspec.Struct]) -> str:
    """Return the variable that sets `key`, such as `providers[0].name`, or what lies around it."""
    plain = re.sub(r"\[\d+\]", "", key)
    known = (path for path, _ in paths(struct))
    path = next((path for path in known if f"{plain}.".startswith(f"{'.'.join(path)}.")), (plain,))
    return PREFIX + "_".join(path).upper()


def _check_names(given: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known) - NO_SETTINGS)
    for variable in unknown:
        # Compared without the prefix, which would make any two of them similar.
        names = [name.removeprefix(PREFIX) for name in (*known, f"{PREFIX}CONFIG")]
        right = nearest(variable.removeprefix(PREFIX), names)
        fix = f"did you mean {PREFIX}{right}?" if right else "unset it."
        raise SettingsError(f"{variable} is not a setting: {fix} docs/configuration.md lists the settings")


def _is_of_a_service(name: str, value: str) -> bool:
    return bool(_SERVICE.fullmatch(name) or (name.endswith("PORT") and _SERVICE_URL.match(value)))


def _items(variable: str, value: str) -> Any:
    """Return several values: separated by commas, or as a YAML list on one line."""
    if not value.lstrip().startswith("["):
        return [item.strip() for item in value.split(",") if item.strip()]
    return parse_list(variable, value)
