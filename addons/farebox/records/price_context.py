"""What sets a price besides model and service tier: a few names, each with its allowed words."""

import re
from collections.abc import Mapping
from typing import Any

from . import machine_time
from .exchange import Request, Response

_PLACES = (
    "us eu global europe asia australia africa me northamerica southamerica america "
    "east west north south central northeast southeast northwest southwest "
    "uk japan korea india jio france germany sweden norway switzerland poland italy spain austria belgium denmark "
    "finland virginia arizona texas brazil canada mexico chile uae qatar israel saudiarabia malaysia indonesia taiwan "
    "newzealand china gov euap"
)
_PLACE = f"(?:{'|'.join(_PLACES.split())})"
_AMOUNT = frozenset({"low", "medium", "high"})
_WORDS: dict[str, frozenset[str]] = {
    "processing": frozenset({"batch"}),
    "speed": frozenset({"fast", "standard"}),
    "latency": frozenset({"optimized", "standard"}),
    "search_context_size": _AMOUNT,
    "cache": frozenset({"explicit"}),
    "gateway_cache": frozenset({"hit"}),
    "sound": frozenset({"off"}),
    "search_type": frozenset({"fast", "pro", "auto", "web"}),
    "quality": frozenset({*_AMOUNT, "auto", "standard", "hd"}),
}
_PATTERNS: dict[str, re.Pattern[str]] = {
    "gateway_fallbacks": re.compile(r"\d{1,3}"),
    "gateway_option": re.compile(r"\d{1,3}(\.\d{1,3}){0,3}"),
    "memory_limit": re.compile(r"\d{1,3}g"),
    "size": re.compile(r"auto|\d{2,5}x\d{2,5}|[0-9.]{1,3}k"),
    "resolution": re.compile(r"\d{3,4}p|[0-9.]{1,3}k"),
    "inference_geo": re.compile(r"[a-z]{2,6}|not_available"),
    "region": re.compile(rf"{_PLACE}(-?{_PLACE}){{0,3}}\d{{0,2}}"),
}
# The values that a price applies to if it names no other.
_USUAL = frozenset(
    {("speed", "standard"), ("latency", "standard"), ("inference_geo", "global"), ("inference_geo", "not_available")}
)
# Words that are kept beside those that set a price: the user's rules may match some, and no catalogue knows them.
BESIDE_PRICES = frozenset({"path", "port", "gateway_fallbacks", "gateway_option", machine_time.SHARE})
_LOCATION = re.compile(r"/locations/([^/]+)/")


def price_context(values: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the known names of `values` with an allowed word, in lower case; None if there are none.

    Other values may be the client's text and are omitted, as are usual values.
    """
    words = ((name, value.lower()) for name, value in values.items() if isinstance(value, str))
    kept = {name: word for name, word in words if _is_known(name, word) and (name, word) not in _USUAL}
    return kept or None


def is_cache_hit(context: Mapping[str, str] | None) -> bool:
    """Return whether the response came from a gateway's own cache, so that no provider bills it."""
    return (context or {}).get("gateway_cache") == "hit"


def region(request: Request, response: Response) -> str | None:
    """Return the region of the work, from Vertex AI's path or the header of Azure's response ("East US 2")."""
    found = _LOCATION.search(request.path)
    return found[1] if found else (response.header("x-ms-region") or "").replace(" ", "")


def _is_known(name: str, word: str) -> bool:
    pattern = _PATTERNS.get(name)
    return bool(pattern.fullmatch(word)) if pattern else word in _WORDS.get(name, ())
