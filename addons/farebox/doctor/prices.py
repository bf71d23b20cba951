"""The age of the price catalogue."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ..config.settings import Settings
from ..pricing.age import UPDATE, age_warning
from ..pricing.stored import Stored
from .finding import Finding, ok, warning


def check(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Yield whether the prices are recent enough at `now`."""
    today = (now or datetime.now(UTC)).date()
    edition = Stored(settings.folder).edition()
    if found := age_warning(edition, today):
        yield warning(found, UPDATE)
    else:
        yield ok(f"prices of {edition.dated} (genai-prices {edition.version})")
