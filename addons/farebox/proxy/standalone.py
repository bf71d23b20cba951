"""The add-on as `mitmdump -s addons/sidecar.py` loads it, with its own recorder."""

import asyncio
import atexit
import contextlib
import logging

import msgspec
from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from ..config.settings import Settings, load
from ..errors import FareboxError
from ..home.folder import claim
from ..process.child import Child
from ..supervisor.supervision import SupervisedChild
from .logs import redact_foreign_logs
from .server import new_sidecar
from .upstream_trust import trusted_file

logger = logging.getLogger(__name__)

_RECORDER = "farebox.recorder"
_RECORDER_SECONDS = 20.0
_TICK_SECONDS = 1.0


def addons() -> list[object]:
    """Return the add-ons for mitmdump, in the order in which they end."""
    redact_foreign_logs()
    claimed = contextlib.ExitStack()
    try:
        # mitmdump is one process, whatever `workers` says.
        settings = msgspec.structs.replace(load(), workers=1)
        claimed.enter_context(claim(settings.folder, "sidecar"))
    except FareboxError as error:
        logger.error("%s", error)
        raise
    return [Defaults(settings), *new_sidecar(settings), RecorderChild(settings, claimed)]


class Defaults:
    """Changes defaults of mitmdump: it listens on every address, prints URLs, which can contain keys, and cuts
    connections that are silent for ten minutes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._has_host = True

    def load(self, _loader: Loader) -> None:
        ctx.options.flow_detail = 0
        if ctx.options.tcp_timeout == ctx.options.default("tcp_timeout"):
            ctx.options.tcp_timeout = self._settings.idle_timeout
        if ctx.options.ssl_verify_upstream_trusted_ca is None:
            ctx.options.ssl_verify_upstream_trusted_ca = trusted_file(self._settings)
        self._has_host = bool(ctx.options.listen_host)

    async def running(self) -> None:
        # mitmdump listens before it loads scripts, so its listeners are replaced.
        if not self._has_host:
            ctx.options.listen_host = self._settings.host
            proxy = ctx.master.addons.get("proxyserver")
            await proxy.servers.update([])
            await proxy.setup_servers()


class RecorderChild:
    """Runs the recorder next to mitmdump, and ends it after the last call is in the spool."""

    def __init__(self, settings: Settings, claimed: contextlib.ExitStack) -> None:
        self._claimed = claimed
        self._recorder = SupervisedChild(lambda: Child(_RECORDER, settings))
        self._supervision: asyncio.Task[None] | None = None
        logger.warning("farebox records to %s, spool in %s", settings.ledger_name, settings.spool_folder)

    def running(self) -> None:
        self._supervision = asyncio.create_task(self._supervise())

    def done(self) -> None:
        if self._supervision:
            self._supervision.cancel()
        # Not yet: while mitmproxy's loop runs, calls can pass, and the recorder must record them.
        atexit.register(self._end)

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._recorder.supervise(_TICK_SECONDS)

    def _end(self) -> None:
        self._recorder.child.stop()
        self._recorder.child.wait(_RECORDER_SECONDS)
        self._claimed.close()
