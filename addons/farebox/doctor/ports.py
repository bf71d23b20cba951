"""The ports: free, used by farebox, or taken by another program."""

import contextlib
import os
import re
import socket
from collections.abc import Iterator

import psutil

from ..config.settings import Settings
from ..home.folder import holder
from ..process.name import runs
from ..process.ports import listeners, reserve
from .finding import Finding, ok, problem

# The port of a further listener, as in reverse:https://api.deepseek.com@8101.
_AT_PORT = re.compile(r"@(?:.*:)?(\d+)$")


def check(settings: Settings) -> Iterator[Finding]:
    """Yield for each port whether farebox can use it, and otherwise which process has it."""
    ours = holder(settings.folder, "sidecar")
    for key, host in (("port", settings.host), ("metrics_port", settings.metrics_host)):
        yield _port(key, host, getattr(settings, key), ours)


def listening(settings: Settings) -> tuple[int, ...]:
    """Return the ports of the proxy: those of the running sidecar, else those that `settings` name."""
    ours = holder(settings.folder, "sidecar")
    found = {port for port, process in listeners() if ours and _descends(process, ours) and not _is_recorder(process)}
    by_mode = [int(at.group(1)) for mode in settings.mode if (at := _AT_PORT.search(mode))]
    return tuple(sorted(found)) or (settings.port, *by_mode)


def _port(key: str, host: str, port: int, ours: int | None) -> Finding:
    address = f"{key} {host}:{port}"
    flag = "--" + key.replace("_", "-")
    try:
        reserve(host, port).close()
        return ok(f"{address} is free")
    except socket.gaierror:
        return problem(
            f"{address}: {host!r} is not an address of this machine",
            f"set {'--host' if key == 'port' else 'metrics_host'} to one, for example 127.0.0.1",
        )
    except OSError as error:
        listener = _listener(port)
        if listener and ours and _descends(listener, ours):
            return ok(f"{address} is used by farebox, process {listener.pid}")
        taken_by = f" by {listener.name()}, process {listener.pid}" if listener else ""
        return problem(
            f"{address} is taken{taken_by} ({os.strerror(error.errno or 0)})",
            f"stop the program that listens there, or give farebox another {flag}",
        )


def _listener(port: int) -> psutil.Process | None:
    """Return the process that listens on `port`; None if only another user may see it."""
    return next((process for taken, process in listeners() if taken == port), None)


def _is_recorder(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return runs("farebox.recorder", process.name(), process.cmdline())
    return False


def _descends(process: psutil.Process, ancestor: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return ancestor in {process.pid, *(parent.pid for parent in process.parents())}
    return False
