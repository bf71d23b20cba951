"""A request and the head of its response, independent of the proxy's types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


class _Head:
    """Looks headers up. A call reads many of them, so that they are put into a dict at the first look-up."""

    __slots__ = ()
    headers: tuple[tuple[str, str], ...]
    _first: dict[str, str] | None

    @property
    def by_name(self) -> Mapping[str, str]:
        """The first value of each header, made once."""
        if self._first is None:
            object.__setattr__(self, "_first", dict(reversed(self.headers)))
        return self._first or {}

    def header(self, name: str) -> str | None:
        """Return the first value of header `name`, given in lower case."""
        # Read some twenty times a call: the property would take as long as the look-up.
        first = self._first
        return (self.by_name if first is None else first).get(name)


@dataclass(frozen=True, slots=True)
class Request(_Head):
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
    _first: dict[str, str] | None = field(default=None, init=False, repr=False, compare=False)

    def with_body(self, body: bytes, *, is_whole: bool, size: int) -> "Request":
        """Return it with `body`, which is `size` bytes on the wire, without reading its head again."""
        head = (self.method, self.host, self.port, self.path, self.headers)
        request = Request(*head, body, is_whole, size, self.query)
        object.__setattr__(request, "_first", self._first)
        return request

    @property
    def is_upgrade(self) -> bool:
        """Whether it asks for a websocket."""
        return self.method == "GET" and (self.header("upgrade") or "").lower() == "websocket"

    def parameter(self, name: str) -> str | None:
        """Return the first value of `name` in the query."""
        return next(iter(parse_qs(self.query, keep_blank_values=True).get(name, ())), None)


@dataclass(frozen=True, slots=True)
class Response(_Head):
    """The head of one HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())
    _first: dict[str, str] | None = field(default=None, init=False, repr=False, compare=False)

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
