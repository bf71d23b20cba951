"""The user's own path prefixes, the key `routes` of farebox.yaml. proxy/routes.py serves them."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, urlsplit

import msgspec

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_HOST = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")


class RouteLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requests to farebox whose path begins with `prefix` go to `url`, with the rest of their path."""

    prefix: str
    url: str


def problems(lines: Iterable[RouteLine]) -> Iterator[str]:
    """Yield an error for each line that cannot be served."""
    seen: set[str] = set()
    for number, line in enumerate(lines):
        key = f"routes[{number}]"
        if not _PREFIX.fullmatch(line.prefix):
            yield f"{key}.prefix: {line.prefix!r} is not a path prefix: write one like /riverside"
        if line.prefix in seen:
            yield f"{key}.prefix: {line.prefix} is there twice: remove one of the two"
        seen.add(line.prefix)
        if not _is_base(line.url):
            # Not quoted: it can hold a password.
            yield f"{key}.url: the url of {line.prefix} is not a base URL: write https://HOST or https://HOST:PORT/PATH"


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port != 0 and _is_plain(parts)
    except ValueError:
        return False


def _is_plain(parts: SplitResult) -> bool:
    """Tell whether a URL has a scheme and a host, and nothing that has no place in front of another path."""
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(host)) and not parts.query + parts.fragment
