"""Whether two URLs name the same ledger, however they are written."""

from itertools import product
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..config.redact_url import redact_url
from . import sqlite

_PORT = "5432"
# The parameters of libpq that select another server, database or schema.
_SELECTING = ("hostaddr", "dbname", "service", "options")


def address(url: str) -> str:
    """Return a text that all URLs of the same ledger share; it has no password."""
    try:
        parsed = make_url(url)
    except (ValueError, ArgumentError):
        return redact_url(url)
    if parsed.drivername in sqlite.DRIVERS:
        return f"sqlite:///{Path(parsed.database or '').resolve()}"
    query = parsed.normalized_query
    # libpq's default database has the user's name.
    database = parsed.database or parsed.username or ""
    selected = "&".join(f"{key}={value}" for key in _SELECTING for value in query.get(key, ()))
    return f"postgresql://{','.join(_hosts(parsed))}/{database}" + (f"?{selected}" if selected else "")


def _hosts(url: URL) -> list[str]:
    """Return hosts, or folders of sockets, with their ports; the query has db1:5432, or ports of their own."""
    names, ports = (
        [part for value in url.normalized_query.get(key, ()) for part in value.split(",")] for key in ("host", "port")
    )
    names = names or [url.host or ""]
    ports = ports or [str(url.port or _PORT)]
    paired = product(names, ports) if len(ports) == 1 else zip(names, ports, strict=False)
    return sorted(name if name.count(":") == 1 else f"{name}:{port or _PORT}" for name, port in paired)
