"""The addon as `mitmdump -s addons/sidecar.py` loads it: with a recorder of its own."""

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

logger = logging.getLogger(__name__)

_RECORDER = "farebox.recorder"
_RECORDER_SECONDS = 20.0
_TICK_SECONDS = 1.0


def addons() -> list[object]:
    """Return what mitmdump shall load, in the order in which it ends."""
    redact_foreign_logs()
    held = contextlib.ExitStack()
    try:
        # mitmdump is one process, whatever is set.
        settings = msgspec.structs.replace(load(), workers=1)
        held.enter_context(claim(settings.folder, "sidecar"))
    except FareboxError as error:
        logger.error("%s", error)
        raise
    return [Defaults(settings), *new_sidecar(settings), RecorderChild(settings, held)]


class Defaults:
    """Sets what mitmdump would do otherwise: listen on every address, and print URLs, which can hold keys."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_told_where = True

    def load(self, _loader: Loader) -> None:
        ctx.options.flow_detail = 0
        self._is_told_where = bool(ctx.options.listen_host)

    async def running(self) -> None:
        # A script is loaded after mitmdump has begun to listen, so its listeners are made anew.
        if not self._is_told_where:
            ctx.options.listen_host = self._settings.host
            proxy = ctx.master.addons.get("proxyserver")
            await proxy.servers.update([])
            await proxy.setup_servers()


class RecorderChild:
    """Runs the recorder beside mitmdump, and ends it after the last call is handed over."""

    def __init__(self, settings: Settings, held: contextlib.ExitStack) -> None:
        self._held = held
        self._recorder = SupervisedChild(lambda: Child(_RECORDER, settings))
        self._supervision: asyncio.Task[None] | None = None
        logger.warning("farebox records to %s, spool in %s", settings.ledger_name, settings.spool_folder)

    def running(self) -> None:
        self._supervision = asyncio.create_task(self._supervise())

    def done(self) -> None:
        if self._supervision:
            self._supervision.cancel()
        # Not here: for as long as mitmproxy's loop runs, calls can pass, which the recorder must still be there for.
        atexit.register(self._end)

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._recorder.supervise(_TICK_SECONDS)

    def _end(self) -> None:
        self._recorder.child.stop()
        self._recorder.child.wait(_RECORDER_SECONDS)
        self._held.close()
