"""Names of time zones."""

from zoneinfo import ZoneInfo


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def local_zone() -> str:
    """Return the machine's time zone, or UTC if it has none with a name."""
    # The children get the time zone from their parent, and this takes long to import.
    import tzlocal  # noqa: PLC0415

    name = tzlocal.get_localzone_name()
    return name if name and is_zone(name) else "UTC"
