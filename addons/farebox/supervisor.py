"""`farebox up`: one recorder and one worker, restarted when they die, stopped in order."""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .child import Child
from .errors import FareboxError
from .folder import claim
from .settings import Settings

logger = logging.getLogger(__name__)

WORKER = "farebox.proxy"
RECORDER = "farebox.recorder"
_RECORDER_SECONDS = 20.0
_WORKER_GRACE_SECONDS = 3.0
_TICK_SECONDS = 0.1
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Started:
    """Where the sidecar listens."""

    listening: list[str]
    metrics: str


def run(settings: Settings, on_started: Callable[[Started], None]) -> None:
    """Run the sidecar until SIGTERM or SIGINT; FareboxError where it cannot start."""
    with claim(settings.folder, "sidecar"):
        _Supervisor(settings).run(on_started)


class _Supervisor:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = False
        self._children: dict[str, Child] = {}
        self._pause: dict[str, float] = {}
        self._restart_at: dict[str, float] = {}

    def run(self, on_started: Callable[[Started], None]) -> None:
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            recorder = self._start(RECORDER)
            worker = self._start(WORKER)
            on_started(Started(worker["listening"], recorder["metrics"]))
            while not self._stopping:
                self._tend()
                time.sleep(_TICK_SECONDS)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, *_signal: object) -> None:
        self._stopping = True

    def _start(self, module: str) -> dict[str, Any]:
        """Start a child for the first time, and return what it tells once it is ready."""
        self._children[module] = Child(module, self._settings)
        ready = self._children[module].wait_ready()
        if ready is None:
            raise FareboxError(f"{module} could not start: see above")
        return ready

    def _tend(self) -> None:
        """Start again what has died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        for module, child in self._children.items():
            if child.process.poll() is None:
                continue
            if module not in self._restart_at:
                self._pause[module] = min(self._pause.get(module, 0.125) * 2, _LONGEST_PAUSE)
                self._restart_at[module] = now + self._pause[module]
                logger.error("%s ended with %s and is started again", module, child.process.returncode)
            elif now >= self._restart_at.pop(module):
                self._children[module] = Child(module, self._settings)
                return

    def _end(self) -> None:
        """End the worker first, which drains its calls, then the recorder, which empties the spool."""
        patience = {WORKER: self._settings.stop.deadline + _WORKER_GRACE_SECONDS, RECORDER: _RECORDER_SECONDS}
        for module in (WORKER, RECORDER):
            child = self._children.get(module)
            if child is None:
                continue
            child.close()
            if not child.wait(patience[module]):
                logger.error("%s did not end in time and was killed", module)
