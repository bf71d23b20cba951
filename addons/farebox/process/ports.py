"""Addresses to listen on: whether the proxy can, and how clients write them."""

import errno
import ipaddress
import os
import socket
from importlib import import_module

from ..config.access import check_listener, password_of
from ..config.settings import Settings
from ..errors import SettingsError

# The addresses that mean all of this machine, and the one by which it reaches itself.
EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - it is replaced
_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def check(settings: Settings) -> None:
    """Raise a SettingsError with the key if the proxy could not listen.

    A listener that any machine could use must be meant.

    The test listens without sharing the port: workers, which share one, would share it with another farebox too.
    """
    try:
        reserve(settings.host, settings.port).close()
    except (socket.gaierror, ValueError) as error:
        # A ValueError is a name that no resolver takes, such as one with an empty label or a NUL.
        raise SettingsError(
            f"host: {settings.host!r} is not an address of this machine: use 127.0.0.1, or 0.0.0.0 for all addresses"
        ) from error
    except OSError as error:
        is_port = settings.port and error.errno != errno.EADDRNOTAVAIL
        key, fix = ("port", "stop the program that uses it, or set --port") if is_port else ("host", "set --host")
        problem = os.strerror(error.errno) if error.errno else error
        raise SettingsError(f"{key}: {settings.host}:{settings.port} cannot be used ({problem}): {fix}") from error
    check_listener(settings.host, settings.clients, settings.auth, is_open=settings.open)
    if settings.auth.user:
        password_of(settings.auth)


def reserve(host: str, port: int) -> socket.socket:
    """Return a socket bound to `port`; OSError if another program has it.

    It doesn't listen: a client that connected to it would be cut off.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family)
    try:
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address[:2])
    except OSError:
        bound.close()
        raise
    return bound


def addresses() -> list[str]:
    """Return the addresses at which other machines of its networks reach this one."""
    # Only a listener that others reach needs them.
    net_if_addrs = import_module("psutil").net_if_addrs
    every = (one.address for interface in net_if_addrs().values() for one in interface if one.family in _FAMILIES)
    found = (ipaddress.ip_address(address.partition("%")[0]) for address in every)
    return [str(one) for one in found if not (one.is_loopback or one.is_link_local)]


def url(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL of what listens at `host`; of this machine, if that is every address."""
    reached = EVERY.get(host, host)
    return f"{scheme}://[{reached}]:{port}" if ":" in reached else f"{scheme}://{reached}:{port}"
