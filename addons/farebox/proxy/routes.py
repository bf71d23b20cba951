"""Path prefixes on the proxy's own port: a base URL for clients that have neither proxy settings nor a CA."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from mitmproxy import http

from ..config.route_lines import RouteLine

ROUTES: Mapping[str, str] = {
    "/openai": "https://api.openai.com",
    "/anthropic": "https://api.anthropic.com",
    "/google": "https://generativelanguage.googleapis.com",
    "/deepseek": "https://api.deepseek.com",
    "/mistral": "https://api.mistral.ai",
    "/groq": "https://api.groq.com",
    "/openrouter": "https://openrouter.ai",
    "/xai": "https://api.x.ai",
    "/fireworks": "https://api.fireworks.ai",
    "/together": "https://api.together.xyz",
    "/perplexity": "https://api.perplexity.ai",
    "/cohere": "https://api.cohere.com",
    "/jina": "https://api.jina.ai",
    "/ollama": "http://127.0.0.1:11434",
}
AZURE = "/azure/<instance>"
# LibreChat lists Ollama's models at the root of the host in the base URL, whatever path follows it.
_ROOT = {"/api/tags": "/ollama"}
_AZURE = re.compile(r"(/azure/([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?))(?=[/?]|$)")
_SHOWN = 64


class Target(NamedTuple):
    """Where a request goes: its server, and its path there with the query."""

    scheme: str
    host: str
    port: int
    path: str


class Routes:
    """Finds the target of a path: `own` prefixes come before the known ones, longer ones before shorter ones."""

    def __init__(self, own: Iterable[RouteLine] = ()) -> None:
        lines = {**ROUTES, **{line.prefix: line.url.rstrip("/") for line in own}}
        self._bases = dict(sorted(lines.items(), key=lambda line: len(line[0]), reverse=True))

    @property
    def prefixes(self) -> list[str]:
        return sorted([*self._bases, AZURE])

    def target_of(self, path: str) -> Target | None:
        """Return where a request for `path`, with its query, goes; None if no prefix fits."""
        for prefix, base in self._bases.items():
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in {"", "/", "?"}:
                return _target(base, path[len(prefix) :])
        if azure := _AZURE.match(path):
            return _target(f"https://{azure[2].lower()}.openai.azure.com", path[azure.end() :])
        root = _ROOT.get(path.partition("?")[0])
        return self.target_of(root + path) if root else None

    def no_route(self, path: str) -> http.Response:
        """Return the answer to a request for a path without a route: it names the routes, in the form of API errors."""
        first = "/" + path.lstrip("/").partition("?")[0].partition("/")[0]
        error = {
            "message": f"farebox has no route for {first[:_SHOWN]}: begin the base URL's path with one of "
            f"{', '.join(self.prefixes)}, or add yours to `routes` in farebox.yaml",
            "type": "farebox_no_route",
            "code": "farebox_no_route",
        }
        body = json.dumps({"error": error, "routes": self.prefixes}).encode()
        return http.Response.make(404, body, {"content-type": "application/json"})


def _target(base: str, rest: str) -> Target:
    url = urlsplit(base)
    path = url.path + (rest if rest.startswith("/") else f"/{rest}")
    return Target(url.scheme, url.hostname or "", url.port or {"http": 80, "https": 443}[url.scheme], path)
