"""Who made a call: the columns of the group `who`, from its headers, its body and the settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..records.credential import key_parameter
from ..records.exchange import Request
from .body import stated
from .client_app import client_app
from .directory import Directory
from .key import Fingerprints
from .lines import HeaderMap
from .sources import COLUMNS, HEADERS, IDS, USER
from .trace import trace_of
from .value import member, named

_Source = tuple[str, str]


class Attributor:
    """Attributes calls: headers of `headers` before the known ones, and these before the body.

    Without `hmac_key`, keys have no fingerprints.
    """

    def __init__(
        self, headers: HeaderMap | None = None, directory: Directory | None = None, *, hmac_key: bytes = b""
    ) -> None:
        headers = headers or HeaderMap()
        self._sources: dict[str, list[_Source]] = {
            column: [_source(entry) for entry in (*getattr(headers, column), *HEADERS[column])] for column in COLUMNS
        }
        self._known = frozenset(name for sources in self._sources.values() for name, _ in sources)
        self._directory = directory or Directory()
        self._fingerprints = Fingerprints(hmac_key)
        self._has_key = bool(hmac_key)

    def caller(self, request: Request, body: Mapping[str, Any], address: str = "") -> dict[str, str]:
        """Return the columns that are known of whoever sent `request` from `address`."""
        # The first of several values counts, as in Request.header.
        headers = request.by_name
        caller = dict(self._in_headers(headers)) if not self._known.isdisjoint(headers) else {}
        for column, value in stated(body).items():
            caller.setdefault(column, value)
        found = {
            "trace": trace_of(headers.get("traceparent"), headers.get("b3")),
            "client_app": client_app(headers),
            "client_addr": address or None,
            "key_fingerprint": self._fingerprint(request, headers),
        }
        for column, known in found.items():
            if known is not None:
                caller.setdefault(column, known)
        self._directory.complete(caller)
        return caller

    def _in_headers(self, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for column, sources in self._sources.items():
            for name, path in sources:
                given = headers.get(name)
                if given is None:
                    continue
                value = named(member(given, path) if path else given, is_id=column in IDS, is_person=column == USER)
                if value is not None:
                    yield column, value
                    break

    def _fingerprint(self, request: Request, headers: Mapping[str, str]) -> str | None:
        if not self._has_key:
            return None
        return self._fingerprints.of(headers, key_parameter(request))


def _source(entry: str) -> _Source:
    """Return the header of an entry, and the path of a member within its JSON."""
    name, _, path = entry.partition(".")
    return name.lower(), path
