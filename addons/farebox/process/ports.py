"""Whether the proxy's port is free."""

import errno
import socket

from ..config.settings import Settings
from ..errors import SettingsError


def check(settings: Settings) -> None:
    """Raise a SettingsError that names the key where the proxy could not listen.

    Asked for it alone, as workers that share a port would share it with another farebox's too.
    """
    try:
        reserve(settings.host, settings.port).close()
    except socket.gaierror as error:
        raise SettingsError(f"host: {settings.host!r} is no address of this machine") from error
    except OSError as error:
        is_port = settings.port and error.errno != errno.EADDRNOTAVAIL
        key, fix = ("port", "stop what listens there, or set --port") if is_port else ("host", "set --host")
        raise SettingsError(
            f"{key}: {settings.host}:{settings.port} cannot be used ({error.strerror}): {fix}"
        ) from error


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
