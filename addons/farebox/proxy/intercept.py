"""Which connections are decrypted, and which pass untouched."""

from ..config.settings import Intercept
from ..providers.hosts import host_matches
from ..providers.table import PROVIDERS, Table, provider_of


def decrypts(intercept: Intercept, host: str | None, port: int | None = None, table: Table = PROVIDERS) -> bool:
    """Tell whether a TLS connection to `host` is decrypted: an LLM host of `table`, or one named in the settings."""
    if intercept.all:
        return True
    if not host:
        return False
    provider = provider_of(host, port, table)
    if provider is not None and not provider.shared:
        return True
    return any(host_matches(pattern, host, port) for pattern in intercept.hosts)
