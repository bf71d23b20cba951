"""Who may use the proxy, and what it may reach for them: `clients`, `auth`, `open` and `upstreams`."""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_HOST = re.compile(r"[\w*.-]+(:\d+)?")
_PORT = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>\d+(?:\.\d+){3})):(?P<port>\d{1,5})")
_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class Auth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user and the file with the password that clients of the proxy must state."""

    user: str = ""
    password_file: str = ""


class Upstreams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Servers on the inside that clients may reach: networks, addresses and hosts; the last two may have a port."""

    allow: tuple[str, ...] = ()


class Place(NamedTuple):
    """A network, or the address of one server with a `port`."""

    network: Network
    port: int | None = None


def problems(clients: tuple[str, ...], auth: Auth, upstreams: Upstreams) -> Iterator[str]:
    """Yield what is wrong with the keys, each with its fix."""
    for text in clients:
        if network_of(text) is None:
            yield f"clients: {text!r} is not a network: write one like 192.168.1.0/24, or an address"
    if bool(auth.user) != bool(auth.password_file):
        yield "auth: write both user and password_file"
    if ":" in auth.user:
        yield f"auth.user: {auth.user!r} has a colon, which ends the user's name in HTTP: choose another one"
    for text in upstreams.allow:
        if place_of(text) is None and not _HOST.fullmatch(text):
            yield f"upstreams.allow: {text!r} is none of: a network, an address, or a host with or without a port"


def network_of(text: str) -> Network | None:
    """Return the network or address that `text` names; None if it is none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def place_of(text: str) -> Place | None:
    """Return the network or address, with a port if there is one, that `text` names; None if it is a host's name."""
    network = network_of(text)
    if network is not None:
        return Place(network)
    with_port = _PORT.fullmatch(text)
    network = network_of(with_port["v6"] or with_port["v4"]) if with_port else None
    return Place(network, int(with_port["port"])) if with_port and network is not None else None


def is_wide(host: str) -> bool:
    """Tell whether other machines could reach a listener at `host`."""
    if host.lower() in _LOOPBACK_NAMES:
        return False
    try:
        return not ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        # Empty for all addresses, or a name: only the resolver knows whose.
        return True


def check_listener(host: str, clients: tuple[str, ...], auth: Auth, *, is_open: bool, key: str = "host") -> None:
    """Raise a SettingsError if any machine could use a listener at `host`, and nobody has said that this is meant."""
    if is_wide(host) and not (clients or auth.user or is_open):
        raise SettingsError(
            f"{key}: {host or 'every address'} lets any machine that reaches it use the proxy: add to farebox.yaml "
            "`clients: [192.168.1.0/24]` with the networks of your clients, or "
            "`auth: {user: NAME, password_file: FILE}`, or `open: true` if that is meant"
        )


def password_of(auth: Auth) -> str:
    """Return the password in the file of `auth`; SettingsError if there is none."""
    return secret_of(auth.password_file, "auth.password_file")


def secret_of(path: str, key: str) -> str:
    """Return the text in the file `path`, the value of `key`; SettingsError if there is none."""
    try:
        secret = Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "no text"
        raise SettingsError(f"{key}: {path} cannot be read ({problem})") from error
    if not secret:
        raise SettingsError(f"{key}: {path} is empty: write one line into it")
    return secret
