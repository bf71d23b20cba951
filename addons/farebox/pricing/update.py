"""Take new prices into use, if they are such as one can believe."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..errors import FareboxError
from .download import fetch, told_of
from .genai.acceptance import Change, change, objections
from .genai.edition import Edition
from .genai.payload import URL, PayloadError, edition_of
from .stored import Stored


class Taken(NamedTuple):
    """Prices that are in use now, and what is different with them."""

    edition: Edition
    change: Change
    is_new: bool


def update(home: Path, url: str = "") -> Taken:
    """Fetch prices from `url`, or where genai-prices keeps its own, and put them into use in the data folder `home`.

    FareboxError where they cannot be had or believed: then those in use stay.
    """
    url = url or URL
    payload, now = fetch(url), datetime.now(UTC)
    stored = Stored(home)
    before = stored.edition()
    try:
        new = edition_of(payload)
    except PayloadError as error:
        raise FareboxError(f"{told_of(url)} is not taken: {error}. The prices in use stay") from error
    against = list(objections(before, new))
    if against:
        raise FareboxError(f"{told_of(url)} is not taken: {'; '.join(against)}. The prices in use stay")
    stored.take(payload, now, told_of(url))
    return Taken(new, change(before, new), before.version != new.version)
