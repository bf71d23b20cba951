"""Grounding as Google bills it: by the prompt before Gemini 3, by the query since.

https://ai.google.dev/gemini-api/docs/pricing, https://ai.google.dev/gemini-api/docs/google-search,
https://ai.google.dev/gemini-api/docs/maps-grounding
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ._base import mapping

WEB, MAPS = "web_search_requests", "maps_grounding_requests"
_GENERATION = re.compile(r"gemini-(\d+)")
_BY_QUERY = 3


def grounded(body: Mapping[str, Any], model: str | None) -> Iterator[tuple[str, object]]:
    """Yield the billed unit and an identifier for each search in a response of `model`."""
    candidates = body.get("candidates")
    for candidate in candidates if isinstance(candidates, list) else ():
        metadata = mapping(mapping(candidate).get("groundingMetadata"))
        if metadata:
            yield from _billed(metadata, is_by_query=is_by_query(model))


def is_by_query(model: str | None) -> bool:
    """Return whether a model's queries are billed one by one."""
    found = _GENERATION.search(model or "")
    return found is not None and int(found[1]) >= _BY_QUERY


def _billed(metadata: Mapping[str, Any], *, is_by_query: bool) -> Iterator[tuple[str, object]]:
    """Yield the units of one candidate. Map and web searches both list their queries; the sources distinguish them."""
    chunks = metadata.get("groundingChunks")
    kinds = {kind for chunk in chunks for kind in mapping(chunk)} if isinstance(chunks, list) else set()
    is_web = "web" in kinds or "searchEntryPoint" in metadata
    asked = metadata.get("webSearchQueries")
    queries = {hash(query) for query in asked if query and isinstance(query, str)} if isinstance(asked, list) else set()
    of_web = queries if is_web or "maps" not in kinds else set()
    of_maps = (queries - of_web or {0}) if "maps" in kinds else set()
    for unit, names in ((WEB, of_web), (MAPS, of_maps)):
        yield from ((unit, name) for name in (names if is_by_query else names and {0}))
