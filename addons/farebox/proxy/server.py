"""Run mitmproxy with our addon in this process."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mitmproxy import exceptions
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.tools.dump import DumpMaster

from .. import bytesize
from ..errors import SettingsError
from ..salt import salt
from ..settings import Settings
from ..spool.writer import Limits, SpoolWriter
from ..telemetry import PulseSender
from . import trust
from .addon import Sidecar
from .connections import Connections
from .outcome import mark_upstream_resets
from .outlet import Outlet, new_id
from .sights import Watch

logger = logging.getLogger(__name__)


def new_sidecar(settings: Settings) -> tuple[Connections, Sidecar]:
    """Return the add-ons of a worker with a spool of its own in the data folder."""
    mark_upstream_resets()
    spool = SpoolWriter(settings.spool_folder, new_id(), _limits(settings))
    outlet, watch = Outlet(settings.sidecar, spool, PulseSender(settings.folder)), Watch()
    return Connections(settings, outlet, watch), Sidecar(settings, outlet, watch, salt(settings.folder))


def _limits(settings: Settings) -> Limits:
    spool = settings.spool
    disk, memory = (bytesize.parse(str(size)) for size in (spool.limit, spool.memory))
    return Limits(disk, memory, settings.workers, syncs=spool.sync == "always")


async def run(
    settings: Settings, *, on_ready: Callable[[dict[str, Any]], None], on_stop: Callable[[Callable[[], None]], None]
) -> None:
    """Serve until SIGTERM, or until what `on_stop` was given is called; `on_ready` gets the addresses and the port."""
    _check(settings)
    options = Options(
        confdir=str(trust.confdir(Path(settings.ca))),
        listen_host=settings.host,
        listen_port=settings.port,
        mode=["regular", *settings.mode],
    )
    master = DumpMaster(options, with_termlog=False, with_dumper=False)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, master.shutdown)
    for number in (signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, lambda: None)
    on_stop(lambda: _shut_down(master))
    master.addons.add(_Announcer(settings, master, on_ready), *new_sidecar(settings))
    try:
        options.update_defer(scripts=list(settings.script))
        options.set(*settings.set, defer=True)
    except exceptions.OptionsError as error:
        raise SettingsError(f"set: {error}") from error
    await master.run()


def _check(settings: Settings) -> None:
    """Raise a SettingsError that names the key where mitmproxy would only say what it met."""
    for script in settings.script:
        if not Path(script).is_file():
            raise SettingsError(f"script: {script} is no file")
    for spec in settings.mode:
        try:
            ProxyMode.parse(spec)
        except (ValueError, IndexError, OverflowError) as error:
            raise SettingsError(f"mode: {spec!r} is no mode of mitmproxy: write reverse:https://HOST@PORT") from error
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


def _shut_down(master: DumpMaster) -> None:
    # The loop may have ended by itself.
    with contextlib.suppress(RuntimeError):
        master.shutdown()


class _Announcer:
    """Tells where the proxy listens once it does."""

    def __init__(self, settings: Settings, master: DumpMaster, on_ready: Callable[[dict[str, Any]], None]) -> None:
        self._settings = settings
        self._master = master
        self._on_ready = on_ready

    def running(self) -> None:
        if unknown := sorted(self._master.options.deferred):
            # mitmproxy ends with an error where one is logged before it is up.
            logger.error("set: mitmproxy has no option %s", ", ".join(unknown))
            return
        trust.hand_out(self._settings.folder, Path(self._settings.ca))
        proxy: Proxyserver = self._master.addons.get("proxyserver")
        listening = [(server.mode.full_spec, address) for server in proxy.servers for address in server.listen_addrs]
        self._on_ready(
            {
                "listening": [f"{spec} at {address[0]}:{address[1]}" for spec, address in listening],
                "port": listening[0][1][1],
            }
        )
