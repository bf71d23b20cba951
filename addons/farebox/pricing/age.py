"""How old prices are."""

from datetime import UTC, date, datetime, time

from .genai.edition import Edition

OLD_DAYS = 45
UPDATE = "run `farebox prices update`, or a newer farebox"


def age_seconds(dated: date, now: datetime) -> float:
    """Return how long before `now` the day `dated` began."""
    return (now - datetime.combine(dated, time(), UTC)).total_seconds()


def age_warning(edition: Edition, today: date) -> str | None:
    """Return a warning if prices are older than OLD_DAYS or have no date, else None."""
    dated = edition.dated
    if dated is None:
        return "the price catalogue states no date"
    days = (today - dated).days
    return f"the price catalogue is {days} days old, of {dated}" if days > OLD_DAYS else None
