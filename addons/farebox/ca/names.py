"""The names that a CA may certify, as X.509 name constraints know them: domains and networks. Pure."""

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from ..config.settings import Settings
from ..providers.table import Table

# rustls refuses a certificate whose constraints have another name, or one that ends like an address.
_DOMAIN = re.compile(r"(?:[a-z0-9_][a-z0-9_-]{0,62}\.)*(?![0-9]+$)[a-z0-9_][a-z0-9_-]{0,62}")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# The proxy's own addresses, for clients that reach it by TLS, and hosts on the inside. No public address.
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)


@dataclass(frozen=True, slots=True)
class Names:
    """Domains, each with everything below it, and networks."""

    domains: tuple[str, ...]
    networks: tuple[Network, ...] = _PRIVATE

    def cover(self, host: str) -> bool:
        """Tell whether `host`, a name or an address, is among them."""
        address = _address(host)
        if address is not None:
            return any(address in network for network in self.networks)
        labels = host.lower().rstrip(".").split(".")
        return any(".".join(labels[index:]) in self.domains for index in range(len(labels)))

    def cover_all(self, other: "Names | None") -> bool:
        """Tell whether everything in `other` is among them; None stands for every name."""
        if other is None:
            return False
        return all(map(self.cover, other.domains)) and all(
            any(theirs.version == ours.version and theirs.subnet_of(ours) for ours in self.networks)  # type: ignore[arg-type]
            for theirs in other.networks
        )


def wanted(settings: Settings, machine: str) -> Names | None:
    """Return the names that the CA must certify for `settings` on `machine`; None if these can be any."""
    patterns = [*_decrypted(settings.table), *settings.intercept.hosts, *settings.ca_names]
    if settings.intercept.all or not all(map(_suffix, patterns)):
        return None
    hosts = {"localhost", machine.lower(), *map(_suffix, patterns)}
    addresses = [address for host in hosts if (address := _address(host)) is not None]
    return _names(filter(_DOMAIN.fullmatch, hosts), map(ipaddress.ip_network, addresses))


def together(one: Names, other: Names) -> Names:
    """Return what either of them covers."""
    return _names((*one.domains, *other.domains), (*one.networks, *other.networks))


def _names(domains: Iterable[str], networks: Iterable[Network]) -> Names:
    kept: list[str] = []
    for domain in sorted(set(domains), key=lambda name: (name.count("."), name)):
        if not Names(tuple(kept), ()).cover(domain):
            kept.append(domain)
    more = {network for network in networks if not Names((), _PRIVATE).cover(str(network.network_address))}
    return Names(tuple(sorted(kept)), (*_PRIVATE, *sorted(more, key=str)))


def _decrypted(table: Table) -> Iterable[str]:
    return (pattern for provider in table if not provider.shared for pattern in provider.hosts)


def _suffix(pattern: str) -> str:
    """Return the part of a pattern of hosts that has no asterisk, without its port; empty if none has a meaning."""
    host = pattern.partition(":")[0].lower()
    if "*" in host:
        host = host.rpartition("*")[2].partition(".")[2]
    with suppress(UnicodeError):
        return host.encode("idna").decode()
    return host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
