"""Where a ClickHouse server is, as the ledger's URL says. Pure."""

from dataclasses import dataclass

from sqlalchemy import URL

from ...errors import SettingsError

_HTTP, _HTTPS, _NATIVE = 8123, 8443, (9000, 9440)
_FORM = "clickhouse://USER:PASSWORD@HOST:8123/DATABASE"
_OPTIONS = ("cluster", "secure")


@dataclass(frozen=True, slots=True)
class Address:
    """A database on a server; with `cluster`, its tables are spread over the shards of that name."""

    host: str
    port: int
    user: str
    password: str
    database: str
    cluster: str | None = None
    is_secure: bool = False


def address_of(url: URL) -> Address:
    """Return what `url` names; SettingsError if it names no ledger on ClickHouse."""
    unknown = sorted(set(url.query) - set(_OPTIONS))
    if unknown:
        raise SettingsError(f"ledger: {unknown[0]!r} in its URL is unknown: {' and '.join(_OPTIONS)} are the options")
    secure = _option(url, "secure") or "0"
    if secure not in {"0", "1"}:
        raise SettingsError("ledger: secure in its URL must be 1 (TLS) or 0")
    if url.port in _NATIVE:
        raise SettingsError(
            f"ledger: port {url.port} in its URL is that of ClickHouse's native protocol: name the HTTP port, such as "
            f"{_HTTP}, or {_HTTPS} with ?secure=1"
        )
    if not url.host or not url.database:
        raise SettingsError(f"ledger: its URL must name a host and a database: {_FORM}")
    is_secure = secure == "1"
    return Address(
        url.host,
        url.port or (_HTTPS if is_secure else _HTTP),
        url.username or "default",
        str(url.password or ""),
        url.database,
        _option(url, "cluster"),
        is_secure,
    )


def _option(url: URL, name: str) -> str | None:
    value = url.query.get(name)
    return value if isinstance(value, str) and value else None
