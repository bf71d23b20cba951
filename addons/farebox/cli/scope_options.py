"""The calls that a command's options select."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ..attribution.names import Names
from ..config.settings import Settings
from ..errors import SettingsError
from ..records.host_port import host_port, name_and_port
from ..report.period import period
from ..store.summary import DIMENSIONS, Scope

_HOST, _ANY_PORT = "host", 1


def scope_of(settings: Settings, since: str, until: str | None, where: Sequence[str] | None) -> Scope:
    """Return the Scope that the options select; SettingsError if one is not a valid time or condition."""
    span = period(since, until, now=datetime.now(UTC), zone=settings.zone)
    return Scope(span.start, span.end, _conditions(where or (), settings.names))


def _conditions(where: Sequence[str], names: Names) -> tuple[tuple[str, tuple[str | None, ...]], ...]:
    wanted: dict[str, list[str | None]] = {}
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals:
            raise SettingsError(f"where: {condition!r} is not NAME=VALUE: the names are {', '.join(DIMENSIONS)}")
        if name not in DIMENSIONS:
            raise SettingsError(f"where: unknown name {name!r}: use one of {', '.join(DIMENSIONS)}")
        is_known = value and value != "(unknown)"
        wanted.setdefault(name, []).extend(_values(name, value, names) if is_known else [None])
    return tuple((name, tuple(values)) for name, values in wanted.items())


def _values(name: str, value: str, names: Names) -> Sequence[str]:
    """Return the values that a condition selects: a host without a port is that host at any port."""
    if name == _HOST and name_and_port(value)[1] is None:
        return (value, host_port(value, _ANY_PORT).removesuffix(str(_ANY_PORT)) + "*")
    return names.ids(name, value)
