"""The recorder's end of the spool."""

import fcntl
import itertools
import logging
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .frames import MARK, MESSAGE_LIMIT, count, frames
from .writer import SEGMENT_LIMIT

logger = logging.getLogger(__name__)

_WINDOW = 4 * MESSAGE_LIMIT


class Position(NamedTuple):
    """How far a spool is read: the segment's number and the offset in it."""

    segment: int
    offset: int


_START = Position(0, len(MARK))


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages, and the positions behind them, by spool; `ended` are spools read whole whose worker is gone."""

    messages: list[bytes] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    skipped_bytes: int = 0


class SpoolReader:
    """Reads every spool below `root` from the positions on that the ledger holds."""

    def __init__(self, root: Path, positions: dict[str, Position]) -> None:
        self._root = root
        self._positions = dict(positions)
        self._left_alone: set[Path] = set()

    def read(self, limit: int) -> Batch:
        """Return up to some `limit` messages that are not read yet; the same ones again until `done` is told."""
        batch = Batch()
        skipped = 0
        for folder in self._folders():
            if len(batch.messages) >= limit:
                break
            skipped += self._read_folder(folder, batch, limit)
        return Batch(batch.messages, batch.positions, batch.ended, skipped)

    def done(self, batch: Batch) -> None:
        """Note that `batch` is in the ledger: its finished segments and spools are taken away."""
        self._positions.update(batch.positions)
        for name, position in batch.positions.items():
            for number, path in _segments(self._root / name):
                if number < position.segment:
                    path.unlink(missing_ok=True)
        for name in batch.ended:
            shutil.rmtree(self._root / name, ignore_errors=True)
            self._positions.pop(name, None)

    def pending(self) -> int:
        """Return how many messages wait to be read."""
        return sum(
            count(self._tail(path, self._offset(folder.name, number), SEGMENT_LIMIT + MESSAGE_LIMIT) or b"")
            for folder in self._folders()
            for number, path in self._unread(folder)
        )

    def _folders(self) -> list[Path]:
        if not self._root.is_dir():
            return []
        return sorted(path for path in self._root.iterdir() if path.is_dir() and not path.name.startswith("."))

    def _unread(self, folder: Path) -> list[tuple[int, Path]]:
        start = self._positions.get(folder.name, _START).segment
        return [(number, path) for number, path in _segments(folder) if number >= start]

    def _offset(self, name: str, segment: int) -> int:
        position = self._positions.get(name, _START)
        return position.offset if position.segment == segment else len(MARK)

    def _read_folder(self, folder: Path, batch: Batch, limit: int) -> int:
        # The order matters: what a worker that is gone, or a segment that has a successor, holds is all there will be.
        is_gone = _is_unlocked(folder / "lock")
        segments = self._unread(folder)
        skipped = 0
        for index, (number, path) in enumerate(segments):
            start = self._offset(folder.name, number)
            data = self._tail(path, start, _WINDOW)
            if data is None:
                return skipped
            end = 0
            for frame in itertools.islice(frames(data), limit - len(batch.messages)):
                batch.messages.append(frame.message)
                skipped += frame.skipped
                end = frame.end
            if end or index:
                batch.positions[folder.name] = Position(number, start + end)
            if len(batch.messages) >= limit or (end and len(data) == _WINDOW):
                return skipped
            if index + 1 < len(segments) or is_gone:
                skipped += len(data) - end
        if is_gone:
            batch.ended.append(folder.name)
        return skipped

    def _tail(self, path: Path, start: int, limit: int) -> bytes | None:
        """Return up to `limit` bytes from `start` on; None where the segment must be left alone, with its spool."""
        try:
            with path.open("rb") as file:
                mark = file.read(len(MARK))
                if len(mark) == len(MARK) and mark != MARK:
                    self._leave_alone(path, "it is of another format, was it written by a newer farebox?")
                    return None
                file.seek(start)
                return file.read(limit)
        except OSError as error:
            self._leave_alone(path, error.strerror)
            return None

    def _leave_alone(self, path: Path, why: str | None) -> None:
        if path not in self._left_alone:
            self._left_alone.add(path)
            logger.error("spool segment %s cannot be read and is left alone: %s", path, why)


def _segments(folder: Path) -> list[tuple[int, Path]]:
    return sorted((int(path.stem), path) for path in folder.glob("*.seg") if path.stem.isdecimal())


def _is_unlocked(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(handle)
