"""Times in UTC, as farebox stores them."""

from datetime import UTC, datetime


def in_utc(moment: datetime) -> datetime:
    """Return `moment` in UTC; one without a zone, as SQLite returns it, is in UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
