"""The calls that a command's options select."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ..attribution.names import Names
from ..config.settings import Settings
from ..errors import SettingsError
from ..report.period import period
from ..store.summary import DIMENSIONS, Scope


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
        wanted.setdefault(name, []).extend(names.ids(name, value) if is_known else [None])
    return tuple((name, tuple(values)) for name, values in wanted.items())
