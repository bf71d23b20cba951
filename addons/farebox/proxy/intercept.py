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


def needs_client_certificate(host: str | None, intercept: Intercept) -> bool:
    """Tell whether `host` is one of those at which providers accept client certificates alone.

    A certificate can't be passed on through a decrypted connection. Hosts that the settings name are decrypted.
    """
    name = (host or "").lower()
    is_named = any(pattern.partition(":")[0].lower() == name for pattern in intercept.hosts)
    return "mtls" in name.split(".") and not is_named
