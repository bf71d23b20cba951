"""Names of time zones."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from .suggest import nearest


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def problems(name: str) -> Iterator[str]:
    """Yield that `name`, the setting `timezone`, is no time zone, with the fix."""
    if name and not is_zone(name):
        # Abbreviations look like others that are hours away.
        right = nearest(name, available_timezones()) if "/" in name[1:] and not name.startswith(("/", ".")) else None
        fix = f"did you mean {right}?" if right else "write a name such as Europe/Berlin or UTC"
        yield f"timezone: {name!r} is not a time zone: {fix}"


def local_zone() -> str:
    """Return the machine's time zone, or UTC if it has none with a name."""
    # The children get the time zone from their parent, and this takes long to import.
    import tzlocal  # noqa: PLC0415

    name = tzlocal.get_localzone_name()
    return name if name and is_zone(name) else "UTC"
