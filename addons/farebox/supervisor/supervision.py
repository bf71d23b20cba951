"""A child process that is kept running: restarted when it dies, killed when it hangs."""

import logging
from collections.abc import Callable

from ..errors import FareboxError
from ..process.child import Child

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
_SHORTEST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
_LONG_LIFE = 60.0
_REMEDY = "free memory, or raise the limits on processes and open files (`ulimit -u`, `ulimit -n`)"


class SupervisedChild:
    """One child, made by `start`, that sends heartbeats; call `supervise` several times a second.

    FareboxError if the first one cannot be started; later ones are tried until they can. The caller measures all time:
    if the machine or the parent stood still for a while, no child is blamed.
    """

    def __init__(self, start: Callable[[], Child], patience: float = PATIENCE_SECONDS) -> None:
        self._start = start
        self._patience = patience
        self._pause = 0.0
        self._rest = 0.0
        self._lived = 0.0
        self._silent = 0.0
        self._is_refused = False
        try:
            self.child = start()
        except OSError as error:
            raise FareboxError(f"a process of farebox cannot be started ({error.strerror}): {_REMEDY}") from error

    def supervise(self, seconds: float) -> None:
        """Check the child, `seconds` after the last check; if it has ended, restart it after a pause.

        The pause grows while it keeps dying.
        """
        if self._rest > 0:
            self._rest -= seconds
            if self._rest <= 0:
                self._start_again()
            return
        self._lived += seconds
        if self.child.process.poll() is not None:
            self._schedule_restart()
        elif self.child.has_beaten():
            self._silent = 0.0
        else:
            self._check_heartbeat(seconds)

    def _start_again(self) -> None:
        try:
            self.child = self._start()
        except OSError as error:
            if not self._is_refused:
                logger.error(
                    "%s cannot be started (%s), trying again: %s",
                    self.child.name,
                    error.strerror,
                    _REMEDY,
                )
            self._is_refused, self._rest = True, _LONGEST_PAUSE
        else:
            self._is_refused = False
            self._lived = self._silent = 0.0

    def _schedule_restart(self) -> None:
        problem = self.child.problem()
        self.child.forget()
        before = self._pause if self._lived < _LONG_LIFE else 0.0
        self._rest = self._pause = min(max(before * 2, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        how = f" ({problem})" if problem else f" with exit code {self.child.process.returncode}"
        logger.error("%s ended%s, restarting it", self.child.name, how)

    def _check_heartbeat(self, seconds: float) -> None:
        self._silent += seconds
        if self._silent >= self._patience:
            logger.error("%s unresponsive for %.0f s, killing it", self.child.name, self._silent)
            self._silent = 0.0
            self.child.process.kill()
