"""Addresses to listen on: whether the proxy can, and how clients write them."""

import errno
import os
import socket

from ..config.settings import Settings
from ..errors import SettingsError


def check(settings: Settings) -> None:
    """Raise a SettingsError with the key if the proxy could not listen.

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


def url(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL of what listens at `host`; of this machine, if that is every address."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - it is replaced
    return f"{scheme}://[{reached}]:{port}" if ":" in reached else f"{scheme}://{reached}:{port}"
