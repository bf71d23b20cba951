"""Which servers clients may reach: none on the inside of this network, unless it is named. Pure.

A proxy that other machines use would otherwise lend them its place: this machine's own services, those behind the
firewall, and the metadata of the cloud, which hands out credentials.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from ..config.access import place_of
from ..config.settings import Settings
from ..providers.hosts import host_matches
from ..providers.table import provider_of
from .routes import ROUTES

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Those of Azure and Oracle, which not every Python takes for private.
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("192.0.0.192")})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Reach:
    """Knows the servers that the settings name: of providers, `intercept.hosts`, routes and `upstreams.allow`."""

    def __init__(self, settings: Settings) -> None:
        self._table = settings.table
        named = [(text, place_of(text)) for text in settings.upstreams.allow]
        self._places = [place for _, place in named if place is not None]
        self._patterns = [*settings.intercept.hosts, *(text for text, place in named if place is None)]
        self._routes = _servers([*ROUTES.values(), *(line.url for line in settings.routes)])

    def allows_name(self, host: str, port: int) -> bool:
        """Tell whether `host` is named, so that its addresses don't matter."""
        host = host.lower().rstrip(".")
        if (host, port) in self._routes or provider_of(host, port, self._table) is not None:
            return True
        return any(host_matches(pattern, host, port) for pattern in self._patterns)

    def allows_address(self, text: str, port: int) -> bool:
        """Tell whether the address `text` is on the outside, or named."""
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        forms = _forms(address)
        return all(map(_is_outside, forms)) or any(
            form in place.network and place.port in {None, port} for place in self._places for form in forms
        )


def _servers(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    parts = (urlsplit(url) for url in urls)
    return frozenset((one.hostname or "", one.port or _DEFAULT_PORTS[one.scheme]) for one in parts)


def _forms(address: Address) -> list[Address]:
    """Return `address` and the IPv4 addresses that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    nat64 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    teredo = address.teredo[1] if address.teredo else None
    inner = [one for one in (address.ipv4_mapped, address.sixtofour, teredo, nat64) if one is not None]
    return [*inner] if address.ipv4_mapped else [address, *inner]


def _is_outside(address: Address) -> bool:
    return address.is_global and not address.is_multicast and address not in _METADATA
