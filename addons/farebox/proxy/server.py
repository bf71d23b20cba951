"""Run mitmproxy with our addon in this process."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from mitmproxy import exceptions
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy.mode_specs import ProxyMode

from ..ca.hand_out import hand_out
from ..config.settings import Settings
from ..config.spool_limits import limits
from ..errors import SettingsError
from ..home.hmac_key import hmac_key
from ..process.child import Liveness
from ..spool.telemetry import HeartbeatSender
from ..spool.writer import SpoolWriter
from . import trust
from .access import Access, check_modes
from .addon import Sidecar
from .client_diagnostics import DiagnosticsCollector
from .connections import Connections
from .decompression import Decompressor
from .held_answers import bound_held_answers
from .listening import modes_of, set_up_ports, with_port
from .mitmproxy_addons import addons_for
from .open_files import FaultLog, raise_limit
from .outcome import mark_upstream_resets
from .own_address import mark_requests_for_farebox
from .patches.direct import allow_direct_tunnels
from .patches.heads import bound_heads
from .patches.own_listener import refuse_own_address
from .patches.silence import mark_silent_clients
from .patches.trailers import pass_trailers
from .read_ahead import ReadAhead
from .tuning import tune
from .upstream_chain import UpstreamChain, upstream_of
from .upstream_trust import trusted_file
from .worker_output import WorkerOutput, new_id

logger = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 1.0


def new_sidecar(settings: Settings) -> tuple[Access, Connections, Decompressor, ReadAhead, Sidecar]:
    """Return the add-ons of a worker; it has its own spool in the data folder."""
    apply_patches()
    raise_limit()
    spool = SpoolWriter(settings.spool_folder, new_id(), limits(settings.spool, settings.workers))
    output = WorkerOutput(settings.sidecar, spool, HeartbeatSender(settings.folder))
    diagnostics = DiagnosticsCollector()
    sidecar = Sidecar(settings, output, diagnostics, hmac_key(settings.folder))
    connections = Connections(settings, output, diagnostics)
    return Access(settings, output.denied), connections, sidecar.decompressor, sidecar.read_ahead, sidecar


def apply_patches() -> None:
    """Change the code of mitmproxy in this process where the traffic needs it; where its code is unknown, it stays."""
    mark_upstream_resets()
    mark_requests_for_farebox()
    bound_held_answers()
    refuse_own_address()
    mark_silent_clients()
    bound_heads()
    allow_direct_tunnels()
    pass_trailers()


async def run(
    settings: Settings, number: int, liveness: Liveness, on_stop: Callable[[Callable[[], None]], None]
) -> None:
    """Serve as worker `number` until SIGTERM or a call of the function passed to `on_stop`; SIGQUIT cuts calls."""
    _check(settings)
    set_up_ports(number, settings.workers)
    upstream = upstream_of(settings)
    options = Options(
        confdir=str(trust.confdir(settings)),
        listen_host=settings.host,
        listen_port=settings.port,
        tcp_timeout=settings.idle_timeout,
        ssl_verify_upstream_trusted_ca=trusted_file(settings),
        mode=[f"upstream:{upstream.url}" if upstream else "regular", *modes_of(number, settings.mode)],
    )
    master = Master(options, with_termlog=False)
    master.addons.add(*addons_for(settings))
    *others, sidecar = new_sidecar(settings)
    tune(settings.tunings_off)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(FaultLog())
    loop.add_signal_handler(signal.SIGTERM, master.shutdown)
    loop.add_signal_handler(signal.SIGQUIT, sidecar.hurry)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(ignored, lambda: None)
    on_stop(lambda: _shut_down(master))
    # After the sidecar, whose routes choose a request's server.
    chain = [UpstreamChain(upstream, settings.no_proxy)] if upstream else []
    master.addons.add(*others, sidecar, *chain, _Listener(settings, master, liveness))
    try:
        options.update_defer(scripts=list(settings.script))
        options.set(*settings.set, defer=True)
    except exceptions.OptionsError as error:
        raise SettingsError(f"set: {error}") from error
    await master.run()


def _check(settings: Settings) -> None:
    """Raise a SettingsError that names the key: mitmproxy's own errors don't."""
    for script in settings.script:
        if not Path(script).is_file():
            raise SettingsError(f"script: {script} is not a file")
    for spec in settings.mode:
        try:
            ProxyMode.parse(spec)
        except (ValueError, IndexError, OverflowError) as error:
            raise SettingsError(
                f"mode: {spec!r} is not a mitmproxy mode: use one like reverse:https://HOST@PORT"
            ) from error
    check_modes(settings)


def _shut_down(master: Master) -> None:
    # The event loop may have ended already.
    with contextlib.suppress(RuntimeError):
        master.shutdown()


async def _set_up_later() -> bool:
    return True


class _Listener:
    """Makes the proxy listen once everything else is in place, tells the parent where, and sends heartbeats.

    The last add-on: a client that connects as soon as it can then finds the certificate, every script and every add-on.
    """

    def __init__(self, settings: Settings, master: Master, liveness: Liveness) -> None:
        self._settings = settings
        self._master = master
        self._liveness = liveness
        self._beating: asyncio.Task[None] | None = None

    def load(self, _loader: Loader) -> None:
        # mitmproxy's option `server` would do the same, but checks the modes differently when it is switched on.
        proxy: Proxyserver = self._master.addons.get("proxyserver")
        proxy.setup_servers = _set_up_later  # type: ignore[method-assign]

    async def running(self) -> None:
        if unknown := sorted(self._master.options.deferred):
            # mitmproxy exits because of an error that is logged during the start.
            logger.error("set: mitmproxy has no option %s", ", ".join(unknown))
            return
        for folder in {self._settings.folder, Path(self._settings.certificates)}:
            hand_out(folder, Path(self._settings.ca))
        proxy: Proxyserver = self._master.addons.get("proxyserver")
        modes = [ProxyMode.parse(spec) for spec in self._master.options.mode]
        await self._until_stopped(proxy.servers.update(modes))
        if not proxy.servers:
            logger.error("set: server=false: farebox must listen, remove this option")
        if not proxy.servers or not all(server.is_running for server in proxy.servers):
            return
        listening = [(server.mode.full_spec, address) for server in proxy.servers for address in server.listen_addrs]
        self._liveness.tell_ready(
            {
                "listening": [f"{spec} at {address[0]}:{address[1]}" for spec, address in listening],
                "port": listening[0][1][1],
                "mode": [with_port(server) for server in proxy.servers][1:],
            }
        )
        self._beating = asyncio.create_task(self._beat())

    async def _until_stopped(self, work: Coroutine[Any, Any, object]) -> None:
        """Await `work`, or the end of the process: some modes wait for a user's permission."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self._master.should_exit.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()

    async def _beat(self) -> None:
        while True:
            self._liveness.beat()
            await asyncio.sleep(_HEARTBEAT_SECONDS)
