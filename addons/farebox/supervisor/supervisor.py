"""The sidecar: one recorder and its workers, kept running and stopped in order."""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ..config import web_config
from ..config.settings import Settings
from ..errors import FareboxError
from ..home.folder import claim
from ..home.running import Running, announce
from ..process.child import DEFAULT_SPAWN, OF_RUN, PROBLEM, Child, SpawnOptions
from ..process.ports import check, url
from ..process.stopping import Stop
from .supervision import SupervisedChild

logger = logging.getLogger(__name__)

WORKER = "farebox.proxy"
RECORDER = "farebox.recorder"
_RECORDER_SECONDS = 20.0
_WORKER_GRACE_SECONDS = 3.0
_URGENT_SECONDS = 2.0
_TICK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Started:
    """Where the sidecar listens: mode and address of each listener; URLs of the first one and of the metrics."""

    listening: list[str]
    metrics: str

    @property
    def proxy(self) -> str:
        host, _, port = self.listening[0].rpartition(" at ")[2].rpartition(":")
        return url(host.strip("[]"), int(port))


@dataclass(frozen=True, slots=True)
class LifecycleHooks:
    """Functions for the moments of a run: `prepare` once the data folder is claimed, `on_started` once the sidecar
    listens, `on_stopping` before its processes are told to end, which wait for calls under way.
    """

    prepare: Callable[[], object]
    on_started: Callable[[Started], object]
    on_stopping: Callable[[Started], object] = lambda _started: None


def run(settings: Settings, hooks: LifecycleHooks, stop: Stop, spawn: SpawnOptions = DEFAULT_SPAWN) -> None:
    """Run the sidecar until `stop` ends it. FareboxError if it cannot start."""
    with claim(settings.folder, "sidecar"):
        check(settings)
        web_config.read(settings.web_config)
        hooks.prepare()
        _Supervisor(settings, stop, spawn).run(hooks)


class _Stopped(Exception):  # noqa: N818 - not an error: `stop` came before all children were ready
    pass


class _Supervisor:
    def __init__(self, settings: Settings, stop: Stop, spawn: SpawnOptions) -> None:
        self._settings = settings
        self._stop = stop
        self._spawn = spawn
        self._recorder: SupervisedChild | None = None
        self._workers: list[SupervisedChild] = []

    def run(self, hooks: LifecycleHooks) -> None:
        try:
            started = self._start()
            self._announce()
            hooks.on_started(started)
            while not self._stop.wait(_TICK_SECONDS):
                for one in self._all:
                    one.supervise(_TICK_SECONDS)
            hooks.on_stopping(started)
        except _Stopped:
            pass
        finally:
            self._end(self._workers, self._settings.shutdown_timeout + _WORKER_GRACE_SECONDS)
            self._end([self._recorder] if self._recorder else [], _RECORDER_SECONDS)

    @property
    def _all(self) -> list[SupervisedChild]:
        return [*([self._recorder] if self._recorder else []), *self._workers]

    def _start(self) -> Started:
        arguments = (OF_RUN,) if self._spawn.is_apart else ()
        self._recorder = SupervisedChild(lambda: self._child(RECORDER, *arguments))
        self._workers.append(self._worker(1))
        recorder, first = self._ready(self._recorder), self._ready(self._workers[0])
        # The other workers, and restarted ones, must listen where the first one does, also if it chose a free port.
        self._settings = msgspec.structs.replace(
            self._settings, port=first["port"], mode=first["mode"], metrics_port=recorder["metrics_port"]
        )
        self._workers += [self._worker(number) for number in range(2, self._settings.workers + 1)]
        for worker in self._workers[1:]:
            self._ready(worker)
        # What is restarted hours later must not mix modules of this process with those of a newer version on the disk.
        self._spawn = replace(self._spawn, forks=False)
        return Started(
            first["listening"],
            url(
                self._settings.metrics_host,
                self._settings.metrics_port,
                web_config.read(self._settings.web_config).scheme,
            ),
        )

    def _announce(self) -> None:
        settings = self._settings
        sidecar = Running(
            ledger=settings.ledger_name,
            metrics_host=settings.metrics_host,
            metrics_port=settings.metrics_port,
            host=settings.host,
            port=settings.port,
        )
        try:
            announce(settings.folder, sidecar)
        except OSError as error:
            logger.warning("commands won't find this sidecar's ports and ledger by themselves (%s)", error.strerror)

    def _worker(self, number: int) -> SupervisedChild:
        return SupervisedChild(lambda: self._child(WORKER, str(number)))

    def _child(self, module: str, *arguments: str) -> Child:
        return Child(module, self._settings, self._spawn, arguments)

    def _ready(self, one: SupervisedChild) -> dict[str, Any]:
        """Return the message of a child that is ready."""
        ready = one.child.wait_ready(lambda: self._stop.wait(0))
        if ready is None:
            if self._stop.wait(0):
                raise _Stopped
            raise FareboxError(f"{one.child.name} could not start: see its messages above")
        if PROBLEM in ready:
            raise FareboxError(ready[PROBLEM])
        return ready

    def _end(self, ones: list[SupervisedChild], patience: float) -> None:
        """End children; they finish their work first (running calls, the spool), unless the stop is urgent."""
        children = [one.child for one in ones]
        for child in children:
            child.stop()
        give_up = time.monotonic() + patience
        is_hurried = False
        while any(child.process.poll() is None for child in children) and time.monotonic() < give_up:
            if self._stop.is_urgent and not is_hurried:
                is_hurried, give_up = True, time.monotonic() + _URGENT_SECONDS
                for child in children:
                    child.process.send_signal(signal.SIGQUIT)
            time.sleep(0.01)
        for child in children:
            if not child.wait(0):
                logger.error("%s did not end in time and was killed", child.name)
