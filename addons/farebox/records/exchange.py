"""A request and the head of its response, independent of the proxy's types."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: `headers` have lower-case names, `body` is decoded and may be cut off.

    `body_bytes` is the size on the wire. `path` excludes the `query`, which may contain a key: only a `parameter` that
    names a model is kept.
    """

    method: str
    host: str
    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    body_is_whole: bool = True
    body_bytes: int = 0
    query: str = field(default="", repr=False)

    @property
    def is_upgrade(self) -> bool:
        """Whether it asks for a websocket."""
        return self.method == "GET" and (self.header("upgrade") or "").lower() == "websocket"

    def parameter(self, name: str) -> str | None:
        """Return the first value of `name` in the query."""
        return next(iter(parse_qs(self.query, keep_blank_values=True).get(name, ())), None)

    def header(self, name: str) -> str | None:
        """Return the first value of header `name`, given in lower case."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    """The head of one HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())

    def header(self, name: str) -> str | None:
        """Return the first value of header `name`, given in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def content_type(self) -> str:
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


def request_to(method: str, url: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> Request:
    """Return the Request of `method` to an absolute `url`."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    names = tuple((name.lower(), value) for name, value in headers)
    return Request(
        method, parts.hostname or "", port, parts.path or "/", names, body, body_bytes=len(body), query=parts.query
    )
