"""The folder for calls that cannot be recorded, one file each."""

import hashlib
import logging
import threading
from pathlib import Path

from ..sinks.self_metrics import SelfMetrics

logger = logging.getLogger(__name__)

# So many wait in memory for a disk that takes no file.
WAITING_LIMIT = 1000


class DeadLetters:
    """Keeps messages in `folder`; those that the disk does not take now wait in memory, up to WAITING_LIMIT."""

    def __init__(self, folder: Path, own: SelfMetrics) -> None:
        self._folder = folder
        self._own = own
        self._waiting: dict[str, tuple[bytes, str]] = {}
        self._lock = threading.RLock()

    def keep(self, message: bytes, why: str) -> None:
        """Keep `message`, which is one call; the same one is kept and counted once."""
        with self._lock:
            self._keep(message, why)

    def _keep(self, message: bytes, why: str) -> None:
        name = f"{hashlib.sha256(message).hexdigest()[:32]}.msgpack"
        path = self._folder / name
        if name in self._waiting or path.exists():
            # A batch is read again for as long as the ledger is away.
            return
        if self._write(path, message):
            logger.error("a call is dead-lettered in %s: %s", path, why)
            self._own.dead_lettered()
        elif len(self._waiting) < WAITING_LIMIT:
            self._waiting[name] = message, why
        else:
            logger.error("a call is lost: %s, and %s takes no file", why, self._folder)
            self._own.dropped(1)

    def try_again(self) -> None:
        """Write what waits, as far as the disk takes it now."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            for message, why in waiting.values():
                self._keep(message, why)

    def close(self) -> None:
        """Write what waits; what cannot be written is lost."""
        self.try_again()
        if self._waiting:
            logger.error("%s calls are lost: they cannot be recorded, nor kept in %s", len(self._waiting), self._folder)
            self._own.dropped(len(self._waiting))

    def _write(self, path: Path, message: bytes) -> bool:
        draft = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(message)
            draft.replace(path)
        except OSError as error:
            if not self._waiting:
                logger.error("%s cannot be written (%s): see to that disk", path, error.strerror)
            return False
        return True
