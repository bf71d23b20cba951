"""Search and scraping APIs: Serper, SerpApi, Tavily and Firecrawl, which bill by the credit.

https://serper.dev, https://serpapi.com/search-api, https://docs.tavily.com/documentation/api-reference/endpoint/search,
https://docs.firecrawl.dev/billing
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping

# Only at these hosts: the paths are those of any search.
_SERPER = ("google.serper.dev", "scrape.serper.dev")
_PATHS = {
    "serpapi.com": ("GET", ("/search", "/search.json")),
    "api.tavily.com": ("POST", ("/search", "/extract")),
    "api.firecrawl.dev": ("POST", ("/v1/scrape", "/v2/scrape", "/v1/search", "/v2/search")),
}
_ADVANCED = 2


def claims(request: Request) -> bool:
    if request.host in _SERPER:
        return request.method == "POST"
    method, paths = _PATHS.get(request.host, ("", ()))
    return request.method == method and request.path.rstrip("/") in paths


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    """Return the credits that the documentation names for a call, for answers that state none."""
    number = _ADVANCED if body.get("search_depth") == "advanced" else 1
    return Asked(units={"search_units": number})


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    error = body.get("error") or mapping(body.get("detail")).get("error")
    return replace(
        reply,
        response_id=clean.word(body.get("request_id")) or reply.response_id,
        usage=_credits(body) or reply.usage,
        is_error=reply.is_error or bool(error) or body.get("success") is False,
    )


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the credits that the answer states; a fraction of one counts as one."""
    number = clean.count(sent.get("credits"))
    return Usage(units={"search_units": number}) if number else Usage()


def _credits(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the credits: Serper's `credits`, Tavily's `usage.credits`, Firecrawl's `creditsUsed`."""
    found = (
        body.get("credits"),
        mapping(body.get("usage")).get("credits"),
        body.get("creditsUsed"),
        mapping(mapping(body.get("data")).get("metadata")).get("creditsUsed"),
    )
    number = next((one for one in found if clean.count(one)), None)
    return {"credits": number} if number else None


DIALECT = Dialect("web_search", "search", claims, asked, fold, lambda _document: False, usage)
