"""The ports: free, farebox's own, or taken by another."""

import contextlib
import os
import socket
from collections.abc import Iterator

import psutil

from ..config.settings import Settings
from ..home.folder import holder
from .finding import Finding, ok, problem


def look(settings: Settings) -> Iterator[Finding]:
    """Yield for each port whether farebox can have it, and who has it else."""
    ours = holder(settings.folder, "sidecar")
    for key in ("port", "metrics_port"):
        yield _look_at(key, settings.host, getattr(settings, key), ours)


def _look_at(key: str, host: str, port: int, ours: int | None) -> Finding:
    what = f"{key} {host}:{port}"
    flag = "--" + key.replace("_", "-")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family):
            return ok(f"{what} is free")
    except socket.gaierror:
        return problem(f"{what}: {host!r} is no address of this machine", "set --host to one, as 127.0.0.1")
    except OSError as error:
        listener = _listener(port)
        if listener and ours and _descends(listener, ours):
            return ok(f"{what} is farebox's, process {listener.pid}")
        taken_by = f" by {listener.name()}, process {listener.pid}" if listener else ""
        return problem(
            f"{what} is taken{taken_by} ({os.strerror(error.errno or 0)})",
            f"stop what listens there, or give farebox another {flag}",
        )


def _listener(port: int) -> psutil.Process | None:
    """Return the process that listens on `port`; None where that is another user's to know."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                return psutil.Process(connection.pid)
    return None


def _descends(process: psutil.Process, ancestor: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return ancestor in {process.pid, *(parent.pid for parent in process.parents())}
    return False
