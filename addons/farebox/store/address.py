"""Whether two URLs name the same ledger, however they are written."""

from itertools import product
from pathlib import Path
from typing import Any

from ..config.redact_url import redact_url

_PORT = "5432"
_FILE = "sqlite:///"
_CLICKHOUSE = "clickhouse"
_DRIVERS = ("sqlite", "sqlite+pysqlite")
# The parameters of libpq that select another server, database or schema.
_SELECTING = ("hostaddr", "dbname", "service", "options")


def address(url: str) -> str:
    """Return a text that all URLs of the same ledger share; it has no password."""
    if url.startswith(_FILE) and not set(url).intersection("?%"):
        return f"{_FILE}{Path(url.removeprefix(_FILE)).resolve()}"
    # The supervisor of a ledger in a file starts without SQLAlchemy, whose import takes long.
    from sqlalchemy import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        parsed = make_url(url)
    except (ValueError, ArgumentError):
        return redact_url(url)
    if parsed.drivername in _DRIVERS:
        return f"{_FILE}{Path(parsed.database or '').resolve()}"
    if parsed.drivername == _CLICKHOUSE:
        return f"{_CLICKHOUSE}://{parsed.host}:{parsed.port or ''}/{parsed.database}"
    query = parsed.normalized_query
    # libpq's default database has the user's name.
    database = parsed.database or parsed.username or ""
    selected = "&".join(f"{key}={value}" for key in _SELECTING for value in query.get(key, ()))
    return f"postgresql://{','.join(_hosts(parsed))}/{database}" + (f"?{selected}" if selected else "")


def _hosts(url: Any) -> list[str]:
    """Return hosts, or folders of sockets, with their ports; the query has db1:5432, or ports of their own."""
    names, ports = (
        [part for value in url.normalized_query.get(key, ()) for part in value.split(",")] for key in ("host", "port")
    )
    names = names or [url.host or ""]
    ports = ports or [str(url.port or _PORT)]
    paired = product(names, ports) if len(ports) == 1 else zip(names, ports, strict=False)
    return sorted(name if name.count(":") == 1 else f"{name}:{port or _PORT}" for name, port in paired)
