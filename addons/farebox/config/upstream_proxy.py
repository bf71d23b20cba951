"""The proxy that farebox itself calls through: a company's, found as other programs find theirs."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

AUTO, NEVER = "auto", "never"
# curl and Python prefer the names in lower case.
_NAMES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_PORTS = {"http": 80, "https": 443}


class UpstreamProxy(NamedTuple):
    """A proxy; `auth` is USER:PASSWORD, or empty."""

    scheme: str
    host: str
    port: int
    auth: str = ""

    @property
    def url(self) -> str:
        """Its URL as it may be printed: without the user and the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def found(environment: Mapping[str, str]) -> str:
    """Return the URL of the proxy that `environment` names, or an empty string."""
    return next((value for name in _NAMES if (value := environment.get(name, "").strip())), "")


def hosts_without(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the entries of NO_PROXY in `environment`."""
    value = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    return tuple(entry.strip() for entry in value.split(",") if entry.strip())


def parse(url: str) -> UpstreamProxy | None:
    """Return the proxy at `url`; None if it isn't an HTTP or HTTPS proxy."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    auth = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    return UpstreamProxy(parts.scheme, parts.hostname, port, auth)


def problems(value: str) -> Iterator[str]:
    """Yield what is wrong with the setting; it can hold a password, which is not quoted."""
    if value not in {"", AUTO, NEVER} and parse(value) is None:
        yield "upstream_proxy: not the URL of a proxy: write http://USER:PASSWORD@HOST:PORT, auto or never"


def bypasses(host: str, port: int, entries: Iterable[str]) -> bool:
    """Tell whether calls to `host` skip the proxy: this machine always does, others by the `entries` of NO_PROXY.

    An entry is a domain, which stands for its subdomains too, an address, a network (10.0.0.0/8) or `*`, and may end
    with a port.
    """
    name = host.lower().rstrip(".").strip("[]")
    address = _address(name)
    if name == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(entry.lower(), name, address, port) for entry in entries)


def _matches(entry: str, name: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None, port: int) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    pattern, colon, digits = entry.rpartition(":")
    if colon and digits.isdigit() and (":" not in pattern or pattern.endswith("]")):
        if int(digits) != port:
            return False
        entry = pattern
    wanted = entry.strip("[]").removeprefix("*").lstrip(".")
    if address is not None:
        return _address(wanted) == address
    return bool(wanted) and (name == wanted or name.endswith(f".{wanted}"))


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
