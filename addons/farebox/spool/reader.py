"""The recorder's end of the spool."""

import itertools
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..config.spool_limits import SEGMENT_LIMIT
from .frames import FORMATS, MARK, MESSAGE_LIMIT, Format
from .quiet import Quiet
from .segments import DamagedError, LeftAloneError, Tail, dead_lettered, is_unlocked, remove, segments, tail

logger = logging.getLogger(__name__)

_WINDOW = 4 * MESSAGE_LIMIT
# A frame may begin so far before the end of a window in which none is complete.
_LARGEST_FRAME = MESSAGE_LIMIT + 64


class Position(NamedTuple):
    """How far a spool has been read: the number of a segment and the offset in it."""

    segment: int
    offset: int


_START = Position(0, len(MARK))


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages, and the positions behind them by spool.

    `ended` are spools that have been read completely and whose worker is gone; `damaged` are the files that this batch
    added to the dead letters.
    """

    messages: list[bytes] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    damaged: list[Path] = field(default_factory=list)


_NOTHING = Batch()


class _Part(NamedTuple):
    """The messages in a part of a segment: `end` is the offset in it behind the last one, `rest` the bytes after it.

    `skipped` bytes before `end` belong to no message.
    """

    messages: list[bytes]
    end: int
    skipped: int
    rest: int
    has_more: bool


class SpoolReader:
    """Reads every spool below `root`, from the positions that the ledger has.

    A damaged segment is kept in the folder `dead-letter` beside `root` before anything behind the damage is read.
    """

    def __init__(self, root: Path, positions: Mapping[str, Position], formats: Mapping[int, Format] = FORMATS) -> None:
        self._root = root
        self._dead_letters = root.with_name("dead-letter")
        self._positions = dict(positions)
        self._formats = formats
        self._counts: dict[Path, tuple[tuple[int, int], int]] = {}
        self._left_alone: set[Path] = set()
        self._quiet = Quiet(root)
        self._is_hindered = False

    def read(self, limit: int) -> Batch:
        """Return about `limit` messages that have not been read; the same ones again until `done` is called."""
        batch = Batch()
        if self._quiet.is_sure():
            return batch
        ends: dict[Path, Path | None] = {}
        self._is_hindered = False
        for folder in self._folders():
            if len(batch.messages) >= limit:
                break
            ends[folder] = self._read_folder(folder, batch, limit)
        # What could not be read is tried again, although nothing in the spool shows that it can be by now.
        self._quiet.looked(ends, found=batch != _NOTHING or self._is_hindered)
        return batch

    def done(self, batch: Batch) -> list[str]:
        """Note that `batch` is in the ledger, and remove its finished segments and spools.

        Returns the spools that are gone: their positions are no longer needed.
        """
        self._positions.update(batch.positions)
        for name, position in batch.positions.items():
            for number, path in segments(self._root / name):
                if number < position.segment:
                    self._unlink(path)
        gone = [name for name in batch.ended if remove(self._root / name, self._dead_letters)]
        for name in gone:
            self._positions.pop(name, None)
        return gone

    def pending(self) -> int:
        """Return how many messages wait to be read."""
        unread = [(folder.name, *one) for folder in self._folders() for one in self._unread(folder)]
        numbers = {path: self._count(name, number, path) for name, number, path in unread}
        self._counts = {path: counted for path, counted in self._counts.items() if path in numbers}
        return sum(numbers.values())

    def _folders(self) -> list[Path]:
        try:
            found = sorted(path for path in self._root.iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError as error:
            self._leave_alone(self._root, error)
            return []
        return [path for path in found if path.is_dir()]

    def _unread(self, folder: Path) -> list[tuple[int, Path]]:
        start = self._positions.get(folder.name, _START).segment
        return [(number, path) for number, path in segments(folder) if number >= start]

    def _offset(self, name: str, segment: int) -> int:
        position = self._positions.get(name, _START)
        return position.offset if position.segment == segment else len(MARK)

    def _count(self, name: str, number: int, path: Path) -> int:
        """Return how many messages of a segment have not been read; it is counted again only if it has grown."""
        start = self._offset(name, number)
        try:
            extent = start, path.stat().st_size
            if path not in self._counts or self._counts[path][0] != extent:
                found = tail(path, start, SEGMENT_LIMIT + MESSAGE_LIMIT, self._formats)
                self._counts[path] = extent, found.format.count(found.data) if found else 0
        except (DamagedError, LeftAloneError, OSError):
            return 0
        return self._counts[path][1]

    def _read_folder(self, folder: Path, batch: Batch, limit: int) -> Path | None:
        """Read on in a spool; return the segment to which its worker appends, if there is any."""
        # In this order: nothing is added to the segments of a worker that is gone, or to one that has a successor.
        is_gone = is_unlocked(folder / "lock")
        unread = self._unread(folder)
        for index, (number, path) in enumerate(unread):
            is_final = is_gone or index + 1 < len(unread)
            try:
                if not self._read_segment(number, path, batch, limit, is_final=is_final):
                    return path
            except (LeftAloneError, OSError) as error:
                self._leave_alone(path, error)
                return path
        if is_gone:
            batch.ended.append(folder.name)
        return unread[-1][1] if unread else None

    def _read_segment(self, number: int, path: Path, batch: Batch, limit: int, *, is_final: bool) -> bool:
        """Read on in a segment; tell whether its end is reached. LeftAloneError, OSError: none of it has been read."""
        name = path.parent.name
        start = self._offset(name, number)
        try:
            window = tail(path, start, _WINDOW, self._formats)
        except DamagedError as error:
            if not is_final:
                raise LeftAloneError(str(error)) from error
            self._keep_dead_letters(path, str(error), batch)
            batch.positions[name] = Position(number + 1, len(MARK))
            return True
        found = _find(window, limit - len(batch.messages))
        damaged = found.skipped + (found.rest if is_final and not found.has_more else 0)
        if damaged:
            self._keep_dead_letters(path, f"{damaged} bytes contain no readable call, the rest is recorded", batch)
        batch.messages.extend(found.messages)
        if found.end or number > self._positions.get(name, _START).segment:
            batch.positions[name] = Position(number, start + found.end)
        return not found.has_more

    def _keep_dead_letters(self, path: Path, why: str, batch: Batch) -> None:
        kept = dead_lettered(path, self._dead_letters)
        if kept:
            batch.damaged.append(kept)
            logger.error("spool segment %s is damaged and kept as %s: %s: check that disk", path, kept, why)

    def _leave_alone(self, path: Path, error: Exception) -> None:
        self._is_hindered = True
        if path not in self._left_alone:
            self._left_alone.add(path)
            logger.error("spool segment %s is left alone: %s", path, error)

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            # It has been read and is not read again; another try comes with the next finished segment.
            self._leave_alone(path, error)


def _find(window: Tail | None, room: int) -> _Part:
    """Return up to `room` messages of a part of a segment."""
    if window is None:
        return _Part([], 0, 0, 0, has_more=False)
    messages, end, skipped = [], 0, 0
    for frame in itertools.islice(window.format.frames(window.data), room):
        messages.append(frame.message)
        end = frame.end
        skipped += frame.skipped
    is_full = len(window.data) == _WINDOW
    if is_full and not messages:
        end = skipped = _WINDOW - _LARGEST_FRAME
    return _Part(messages, end, skipped, len(window.data) - end, has_more=is_full or len(messages) == room)
