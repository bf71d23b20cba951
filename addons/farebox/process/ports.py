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
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family):
            pass
    except socket.gaierror as error:
        raise SettingsError(f"host: {settings.host!r} is no address of this machine") from error
    except OSError as error:
        is_port = settings.port and error.errno != errno.EADDRNOTAVAIL
        key, fix = ("port", "stop what listens there, or set --port") if is_port else ("host", "set --host")
        raise SettingsError(
            f"{key}: {settings.host}:{settings.port} cannot be used ({error.strerror}): {fix}"
        ) from error
