"""What sets a price beside model and service tier: few names, and for each the words that it may have."""

import re
from collections.abc import Mapping
from typing import Any

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
    "search_type": frozenset({"fast", "pro", "auto", "web"}),
    "quality": frozenset({*_AMOUNT, "auto", "standard", "hd"}),
}
_PATTERNS: dict[str, re.Pattern[str]] = {
    "size": re.compile(r"auto|\d{2,5}x\d{2,5}|[0-9.]{1,3}k"),
    "resolution": re.compile(r"\d{3,4}p|[0-9.]{1,3}k"),
    "inference_geo": re.compile(r"[a-z]{2,6}|not_available"),
    "region": re.compile(rf"{_PLACE}(-?{_PLACE}){{0,3}}\d{{0,2}}"),
}
# What a price is for that names no other.
_USUAL = frozenset(
    {("speed", "standard"), ("latency", "standard"), ("inference_geo", "global"), ("inference_geo", "not_available")}
)
_LOCATION = re.compile(r"/locations/([^/]+)/")


def price_context(told: Mapping[str, Any]) -> dict[str, str] | None:
    """Return of `told` what is known by name and has one of its words, in lower case; None where there is nothing.

    Whatever else stands there may be anybody's text, so it is left out; what is usual is left out too.
    """
    words = ((name, value.lower()) for name, value in told.items() if isinstance(value, str))
    kept = {name: word for name, word in words if _is_known(name, word) and (name, word) not in _USUAL}
    return kept or None


def region(request: Request, response: Response) -> str | None:
    """Return where the work is done, from Vertex AI's path or the head of Azure's answer ("East US 2")."""
    found = _LOCATION.search(request.path)
    return found[1] if found else (response.header("x-ms-region") or "").replace(" ", "")


def _is_known(name: str, word: str) -> bool:
    pattern = _PATTERNS.get(name)
    return bool(pattern.fullmatch(word)) if pattern else word in _WORDS.get(name, ())
