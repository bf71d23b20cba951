"""Addresses to listen on: whether the proxy can, and how clients write them."""

import contextlib
import errno
import ipaddress
import os
import socket
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ..config.access import check_listener, password_of
from ..config.settings import Settings
from ..errors import SettingsError

# The addresses that mean all of this machine, and the one by which it reaches itself.
EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - it is replaced
_LLAMA = 8080
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
        raise SettingsError(unusable(settings.host, settings.port, error)) from error
    check_listener(settings.host, settings.clients, settings.auth, is_open=settings.open)
    if settings.auth.user:
        password_of(settings.auth)


def unusable(host: str, port: int, error: OSError) -> str:
    """Return why the proxy can't listen at `host` and `port`, with the key and the fix."""
    problem = os.strerror(error.errno) if error.errno else str(error)
    if not port or error.errno == errno.EADDRNOTAVAIL:
        return f"host: {host}:{port} cannot be used ({problem}): set --host"
    problem += by_whom(port, error)
    also = "; 8080 is also the default port of llama.cpp's server" if port == _LLAMA else ""
    return f"port: {host}:{port} cannot be used ({problem}): stop the program that uses it, or set --port{also}"


def by_whom(port: int, error: OSError) -> str:
    """Return which process has `port` if `error` says that one has it, and this user may see it; else nothing."""
    is_taken = error.errno == errno.EADDRINUSE
    found = next((process for taken, process in listeners() if taken == port), None) if is_taken else None
    return f" by {found.name()}, process {found.pid}" if found else ""


def listeners() -> Iterator[tuple[int, Any]]:
    """Yield each port that a process listens on, with the psutil.Process, as far as this user may see it."""
    # Few starts need it.
    psutil = import_module("psutil")
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.pid:
                yield connection.laddr.port, psutil.Process(connection.pid)


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
