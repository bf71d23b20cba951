"""Which ledger a URL means, however it is written and whoever asks."""

from itertools import product
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..config.redact_url import redact_url
from . import sqlite

_PORT = "5432"
# Of libpq's parameters, those that lead to another server, database or schema.
_ELSEWHERE = ("hostaddr", "dbname", "service", "options")


def address(url: str) -> str:
    """Return what all URLs of the same ledger have in common; there is no password in it."""
    try:
        parsed = make_url(url)
    except (ValueError, ArgumentError):
        return redact_url(url)
    if parsed.drivername in sqlite.DRIVERS:
        return f"sqlite:///{Path(parsed.database or '').resolve()}"
    query = parsed.normalized_query
    # libpq's default for the database is the user's name.
    database = parsed.database or parsed.username or ""
    elsewhere = "&".join(f"{key}={value}" for key in _ELSEWHERE for value in query.get(key, ()))
    return f"postgresql://{','.join(_hosts(parsed))}/{database}" + (f"?{elsewhere}" if elsewhere else "")


def _hosts(url: URL) -> list[str]:
    """Return hosts, or folders of sockets, with their ports; behind the ? they stand as db1:5432, or ports apart."""
    names, ports = (
        [one for value in url.normalized_query.get(key, ()) for one in value.split(",")] for key in ("host", "port")
    )
    names = names or [url.host or ""]
    ports = ports or [str(url.port or _PORT)]
    paired = product(names, ports) if len(ports) == 1 else zip(names, ports, strict=False)
    return sorted(name if name.count(":") == 1 else f"{name}:{port or _PORT}" for name, port in paired)
