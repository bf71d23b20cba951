"""Dead letters: calls that could not be recorded, each kept once until `farebox requeue` tries them again."""

import logging
import threading
from errno import EDQUOT
from pathlib import Path

from ..sinks.self_metrics import SelfMetrics
from ..spool.frames import MESSAGE_LIMIT
from .dead_letter_folder import SegmentWriter, content, digest, segments

logger = logging.getLogger(__name__)

# Messages that wait in memory while the disk does not accept them.
WAITING_LIMIT = 1000
# Dead letters that are recognised if they come again, also after a restart.
KNOWN_LIMIT = 50_000


class DeadLetters:
    """Keeps messages in `folder`; those that the disk does not accept wait in memory. Threads may share it."""

    def __init__(self, folder: Path, own: SelfMetrics) -> None:
        self._folder = folder
        self._own = own
        self._writer = SegmentWriter(folder)
        self._waiting: dict[bytes, tuple[bytes, str]] = {}
        self._known: dict[bytes, Path] | None = None
        self._has_failed = False
        self._lock = threading.Lock()

    def keep(self, message: bytes, why: str) -> None:
        """Keep `message`, which is one call. The same message is kept and counted once."""
        with self._lock:
            self._keep(message, why)

    def try_again(self) -> None:
        """Write what waits in memory, as far as the disk accepts it now."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            for message, why in waiting.values():
                self._keep(message, why)

    def close(self) -> None:
        """Write what waits in memory; what cannot be written is lost."""
        self.try_again()
        with self._lock:
            if self._waiting:
                logger.error(
                    "%s calls are lost: they can be neither recorded nor kept in %s", len(self._waiting), self._folder
                )
                self._own.dropped(len(self._waiting))

    def _keep(self, message: bytes, why: str) -> None:
        key = digest(message)
        if key in self._waiting or self._is_kept(key):
            # A batch is read again for as long as the ledger is away.
            return
        if path := self._write(message):
            self._remember(key, path)
            logger.error("a call is dead-lettered in %s: %s", path, why)
            self._own.dead_lettered()
        elif len(self._waiting) < WAITING_LIMIT and len(message) <= MESSAGE_LIMIT:
            self._waiting[key] = message, why
        else:
            logger.error("a call is lost: %s, and %s accepts no dead letter", why, self._folder)
            self._own.dropped(1)

    def _write(self, message: bytes) -> Path | None:
        if len(message) > MESSAGE_LIMIT:
            return None
        try:
            path = self._writer.append(message)
        except OSError as error:
            if not self._has_failed:
                fix = "run `farebox requeue`, or delete files there" if error.errno == EDQUOT else "check that disk"
                logger.error("%s cannot be written (%s): %s", self._folder, error.strerror, fix)
            self._has_failed = True
            return None
        self._has_failed = False
        return path

    def _is_kept(self, key: bytes) -> bool:
        # What `farebox requeue` has taken away is kept again if it is refused again.
        path = self._all_known().get(key)
        return path is not None and path.exists()

    def _remember(self, key: bytes, path: Path) -> None:
        known = self._all_known()
        known.pop(key, None)
        while len(known) >= KNOWN_LIMIT:
            del known[next(iter(known))]
        known[key] = path

    def _all_known(self) -> dict[bytes, Path]:
        if self._known is None:
            self._known = {}
            for path in segments(self._folder):
                try:
                    for message in content(path).messages:
                        self._remember(digest(message), path)
                except OSError as error:
                    logger.error("dead letters in %s cannot be read (%s)", path, error.strerror)
        return self._known
