"""Download new prices and put them into use if they are plausible."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..errors import FareboxError
from .download import fetch, public_url
from .genai.acceptance import Change, change, objections
from .genai.edition import Edition
from .genai.payload import URL, PayloadError, edition_of
from .stored import Stored


class Taken(NamedTuple):
    """The prices in use now, and how they differ from those before."""

    edition: Edition
    change: Change
    is_new: bool


def update(home: Path, url: str = "") -> Taken:
    """Download prices from `url`, by default genai-prices' own, and put them into use in the data folder `home`.

    FareboxError if they cannot be downloaded, read or believed; the current prices then stay in use.
    """
    url = url or URL
    payload, now = fetch(url), datetime.now(UTC)
    stored = Stored(home)
    before = stored.edition()
    try:
        new = edition_of(payload)
    except PayloadError as error:
        raise FareboxError(
            f"the prices at {public_url(url)} were not used: {error}. The current prices stay in use"
        ) from error
    problems = list(objections(before, new))
    if problems:
        raise FareboxError(
            f"the prices at {public_url(url)} were not used: {'; '.join(problems)}. The current prices stay in use"
        )
    stored.take(payload, now, public_url(url))
    return Taken(new, change(before, new), before.version != new.version)
