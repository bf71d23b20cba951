"""The catalogue's data as published between releases of the package: a JSON list of providers.

https://github.com/pydantic/genai-prices/tree/main/prices/new_data/v2
"""

import hashlib
import json
from decimal import Decimal
from typing import Any

from genai_prices.types import _providers_from_raw
from genai_prices.update_prices import DEFAULT_UPDATE_URL

from .edition import Edition, version

URL = DEFAULT_UPDATE_URL
# Not read: how usage is found in responses, and prose.
_UNREAD = frozenset({"extractors", "description"})


class PayloadError(ValueError):
    """The data cannot be read as prices; the text says what is wrong with it."""


def edition_of(payload: bytes) -> Edition:
    """Return the Edition in `payload`; PayloadError if it has none."""
    try:
        decoded = json.loads(payload, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise PayloadError("invalid JSON, or cut off") from error
    if not isinstance(decoded, list) or not all(isinstance(one, dict) for one in decoded):
        raise PayloadError("not a list of providers")
    try:
        providers = _providers_from_raw([_read(one) for one in decoded])
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise PayloadError(f"this version cannot read its providers ({type(error).__name__})") from error
    return Edition(providers, version(hashlib.sha256(payload).hexdigest()))


def _read(provider: dict[str, Any]) -> dict[str, Any]:
    models = provider.get("models")
    kept = {name: value for name, value in provider.items() if name not in _UNREAD}
    if isinstance(models, list):
        kept["models"] = [
            {name: value for name, value in model.items() if name not in _UNREAD}
            for model in models
            if isinstance(model, dict)
        ]
    return kept


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a price")
