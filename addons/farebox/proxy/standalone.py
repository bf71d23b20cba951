"""The addon as `mitmdump -s addons/sidecar.py` loads it: with a recorder of its own."""

import asyncio
import contextlib
import logging

from ..child import Child
from ..errors import FareboxError
from ..folder import claim
from ..settings import Settings, load
from .logs import redact_foreign_logs
from .server import new_sidecar

logger = logging.getLogger(__name__)

_RECORDER_SECONDS = 20.0


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
    return [new_sidecar(settings), RecorderChild(settings, held)]


class RecorderChild:
    """Runs the recorder beside mitmdump, and ends it after the last call is handed over."""

    def __init__(self, settings: Settings, held: contextlib.ExitStack) -> None:
        self._held = held
        self._recorder = Child("farebox.recorder", settings)
        logger.warning("farebox records to %s, spool in %s", settings.ledger, settings.spool)

    async def done(self) -> None:
        self._recorder.close()
        await asyncio.to_thread(self._recorder.wait, _RECORDER_SECONDS)
        self._held.close()
