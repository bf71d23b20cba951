"""The addon as `mitmdump -s addons/sidecar.py` loads it: with a recorder of its own."""

import asyncio
import atexit
import contextlib
import logging

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from ..child import Child
from ..errors import FareboxError
from ..folder import claim
from ..settings import Settings, load
from .logs import redact_foreign_logs
from .server import new_sidecar

logger = logging.getLogger(__name__)

_RECORDER = "farebox.recorder"
_RECORDER_SECONDS = 20.0
_SHORTEST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


def addons() -> list[object]:
    """Return what mitmdump shall load, in the order in which it ends."""
    redact_foreign_logs()
    held = contextlib.ExitStack()
    try:
        settings = load()
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
        self._settings = settings
        self._recorder = Child(_RECORDER, settings)
        self._recorder.ignore_ready()
        self._tending: asyncio.Task[None] | None = None
        logger.warning("farebox records to %s, spool in %s", settings.ledger_name, settings.spool_folder)

    def running(self) -> None:
        self._tending = asyncio.create_task(self._tend())

    def done(self) -> None:
        if self._tending:
            self._tending.cancel()
        # Not here: for as long as mitmproxy's loop runs, calls can pass, which the recorder must still be there for.
        atexit.register(self._end)

    async def _tend(self) -> None:
        """Start the recorder again when it has died, after a pause that grows while it keeps dying."""
        pause = _SHORTEST_PAUSE
        while True:
            await asyncio.sleep(pause)
            if self._recorder.process.poll() is None:
                pause = _SHORTEST_PAUSE
                continue
            logger.error("%s ended with %s and is started again", _RECORDER, self._recorder.process.returncode)
            self._recorder = Child(_RECORDER, self._settings)
            self._recorder.ignore_ready()
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _end(self) -> None:
        self._recorder.close()
        self._recorder.wait(_RECORDER_SECONDS)
        self._held.close()
