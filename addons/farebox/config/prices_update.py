"""Where newer list prices come from."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec


class PricesUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where `farebox prices update` downloads prices; if empty, from genai-prices' repository."""

    url: str = ""


def problems(update: PricesUpdate) -> Iterator[str]:
    """Yield a sentence if the URL is none."""
    try:
        parts = urlsplit(update.url)
        is_sound = not update.url or (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:
        is_sound = False
    if not is_sound:
        # Not quoted: it can hold a password.
        yield "prices_update.url: not an http or https URL: write https://HOST/PATH"
