"""`farebox up`: one recorder and one worker, restarted when they die, stopped in order."""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

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
_SHORTEST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
_LONG_LIFE = 60.0


@dataclass(frozen=True, slots=True)
class Started:
    """Where the sidecar listens."""

    listening: list[str]
    metrics: str


def run(settings: Settings, *, prepare: Callable[[], object], on_started: Callable[[Started], None]) -> None:
    """Run the sidecar until SIGTERM, SIGINT or SIGHUP; FareboxError where it cannot start.

    `prepare` is called once the data folder is ours.
    """
    with claim(settings.folder, "sidecar"):
        prepare()
        _Supervisor(settings).run(on_started)


class _Supervisor:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = False
        self._children: dict[str, Child] = {}
        self._pause: dict[str, float] = {}
        self._restart_at: dict[str, float] = {}
        self._restarted_at: dict[str, float] = {}

    def run(self, on_started: Callable[[Started], None]) -> None:
        before = {
            number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        try:
            self._children = {module: Child(module, self._settings) for module in (RECORDER, WORKER)}
            recorder, worker = self._ready(RECORDER), self._ready(WORKER)
            if recorder is None or worker is None:
                return
            # What starts again must be found where it was, also where any free port was asked for.
            self._settings = msgspec.structs.replace(
                self._settings, port=worker["port"], metrics_port=recorder["metrics_port"]
            )
            on_started(Started(worker["listening"], f"http://{self._settings.host}:{self._settings.metrics_port}"))
            while not self._stopping:
                self._tend()
                time.sleep(_TICK_SECONDS)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, *_signal: object) -> None:
        self._stopping = True

    def _ready(self, module: str) -> dict[str, Any] | None:
        """Return what a child tells once it is ready, or None if we are stopped before."""
        ready = self._children[module].wait_ready(lambda: self._stopping)
        if ready is None and not self._stopping:
            raise FareboxError(f"{module} could not start: see above")
        return ready

    def _tend(self) -> None:
        """Start again what has died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        for module, child in self._children.items():
            if child.process.poll() is None:
                continue
            if module not in self._restart_at:
                lived = now - self._restarted_at.get(module, 0)
                pause = self._pause.get(module, 0) if lived < _LONG_LIFE else 0
                self._pause[module] = min(max(pause * 2, _SHORTEST_PAUSE), _LONGEST_PAUSE)
                self._restart_at[module] = now + self._pause[module]
                logger.error("%s ended with %s and is started again", module, child.process.returncode)
            elif now >= self._restart_at[module]:
                self._restarted_at[module] = self._restart_at.pop(module)
                self._children[module] = Child(module, self._settings)
                self._children[module].ignore_ready()
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
