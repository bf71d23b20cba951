"""The sidecar: one recorder and one worker, restarted when they die, stopped in order."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from .child import WITH_US, Child, Place
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

Wait = Callable[[float], bool]


@dataclass(frozen=True, slots=True)
class Started:
    """Where the sidecar listens: each listener's mode and address, the first of them as a URL, and `metrics` as one."""

    listening: list[str]
    metrics: str

    @property
    def proxy(self) -> str:
        address = self.listening[0].rpartition(" at ")[2]
        # Who listens everywhere is reached here too.
        return f"http://{address.replace('0.0.0.0:', '127.0.0.1:')}"


@dataclass(frozen=True, slots=True)
class Moments:
    """What is done when: `prepare` once the data folder is ours, `on_started` once the sidecar listens, `on_drained`
    when the worker has ended and the recorder still answers.
    """

    prepare: Callable[[], object]
    on_started: Callable[[Started], object]
    on_drained: Callable[[Started], object] = lambda _started: None


def run(settings: Settings, moments: Moments, wait: Wait, place: Place = WITH_US) -> None:
    """Run the sidecar until `wait`, which pauses up to some seconds, returns True.

    FareboxError where it cannot start.
    """
    with claim(settings.folder, "sidecar"):
        moments.prepare()
        _Supervisor(settings, wait, place).run(moments)


@contextmanager
def until_signalled() -> Iterator[Wait]:
    """Return, for as long as the block runs, a `wait` that returns True from SIGTERM, SIGINT or SIGHUP on."""
    stopping = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in numbers}
    try:
        yield stopping.wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Supervisor:
    def __init__(self, settings: Settings, wait: Wait, place: Place) -> None:
        self._settings = settings
        self._wait = wait
        self._place = place
        self._children: dict[str, Child] = {}
        self._pause: dict[str, float] = {}
        self._restart_at: dict[str, float] = {}
        self._restarted_at: dict[str, float] = {}

    def run(self, moments: Moments) -> None:
        started: Started | None = None
        try:
            self._children = {module: self._child(module) for module in (RECORDER, WORKER)}
            recorder, worker = self._ready(RECORDER), self._ready(WORKER)
            if recorder is None or worker is None:
                return
            # What starts again must be found where it was, also where any free port was asked for.
            self._settings = msgspec.structs.replace(
                self._settings, port=worker["port"], metrics_port=recorder["metrics_port"]
            )
            started = Started(worker["listening"], f"http://{self._settings.host}:{self._settings.metrics_port}")
            moments.on_started(started)
            while not self._wait(_TICK_SECONDS):
                self._tend()
        finally:
            self._end(WORKER, self._settings.stop.deadline + _WORKER_GRACE_SECONDS)
            if started:
                moments.on_drained(started)
            self._end(RECORDER, _RECORDER_SECONDS)

    def _child(self, module: str) -> Child:
        return Child(module, self._settings, self._place)

    def _ready(self, module: str) -> dict[str, Any] | None:
        """Return what a child tells once it is ready, or None if we are stopped before."""
        stopped = False

        def is_stopped() -> bool:
            nonlocal stopped
            stopped = stopped or self._wait(0)
            return stopped

        ready = self._children[module].wait_ready(is_stopped)
        if ready is None and not is_stopped():
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
                self._children[module] = self._child(module)
                self._children[module].ignore_ready()
                return

    def _end(self, module: str, patience: float) -> None:
        """End a child: the worker drains its calls, then the recorder empties the spool."""
        child = self._children.get(module)
        if child is None:
            return
        child.close()
        if not child.wait(patience):
            logger.error("%s did not end in time and was killed", module)
