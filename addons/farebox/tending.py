"""A child process that is kept running: started again when it has died, killed when it hangs."""

import logging
from collections.abc import Callable

from .child import Child

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
_SHORTEST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
_LONG_LIFE = 60.0


class Tended:
    """One child, made by `start`, that shows signs of life; `tend` is to be called every few moments.

    All time is told by the caller, so that a machine, or a parent, that stood still for a while accuses no child.
    """

    def __init__(self, start: Callable[[], Child], patience: float = PATIENCE_SECONDS) -> None:
        self._start = start
        self._patience = patience
        self._pause = 0.0
        self._rest = 0.0
        self._lived = 0.0
        self._silent = 0.0
        self.child = start()

    def tend(self, seconds: float) -> None:
        """See to the child, `seconds` after the last time: after its end, it is started again once a pause is over.

        The pause grows while it keeps dying.
        """
        if self._rest > 0:
            self._rest -= seconds
            if self._rest <= 0:
                self.child = self._start()
                self._lived = self._silent = 0.0
            return
        self._lived += seconds
        if self.child.process.poll() is not None:
            self._mourn()
        elif self.child.heard():
            self._silent = 0.0
        else:
            self._doubt(seconds)

    def _mourn(self) -> None:
        self.child.close()
        self.child.forget()
        before = self._pause if self._lived < _LONG_LIFE else 0.0
        self._rest = self._pause = min(max(before * 2, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        logger.error("%s ended with %s and is started again", self.child.name, self.child.process.returncode)

    def _doubt(self, seconds: float) -> None:
        self._silent += seconds
        if self._silent >= self._patience:
            logger.error("%s has shown no sign of life for %.0f s and is killed", self.child.name, self._silent)
            self._silent = 0.0
            self.child.process.kill()
