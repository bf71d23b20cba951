"""How old prices are."""

from datetime import UTC, date, datetime, time

from .genai.edition import Edition

OLD_DAYS = 45
UPDATE = "run `farebox prices update`, or a newer farebox"


def age_seconds(dated: date, now: datetime) -> float:
    """Return how long before `now` the day `dated` began."""
    return (now - datetime.combine(dated, time(), UTC)).total_seconds()


def complaint(edition: Edition, today: date) -> str | None:
    """Return what is to say against the age of prices, or None while they are new enough."""
    dated = edition.dated
    if dated is None:
        return "the price catalogue names no day that it is of"
    days = (today - dated).days
    return f"the price catalogue is {days} days old, of {dated}" if days > OLD_DAYS else None
