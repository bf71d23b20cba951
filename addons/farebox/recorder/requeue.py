"""Puts dead letters back into the spool.

At no point is a call in neither place: the spool has it on the disk before the dead letter is removed. A call that is
in both, after an interruption, gets one row, as rows are recognised by their id.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import uuid_utils

from ..config import bytesize
from ..config.settings import Settings
from ..config.spool_limits import limits
from ..errors import FareboxError
from ..home.folder import InUseError, claim
from ..records import reading
from ..spool.bound import used
from ..spool.frames import MARK, frame
from .dead_letter_folder import SEGMENTS_LIMIT, SegmentWriter, content, digest, files, locked

_ROLE = "requeue"
_PREFIX = "requeued-"


@dataclass(slots=True)
class Requeued:
    """`calls` were put back into the spool; the `unread` files hold messages, or bytes, that cannot be read."""

    calls: int = 0
    unread: list[Path] = field(default_factory=list)


def requeue(settings: Settings) -> Requeued:
    """Move the dead letters of the data folder into its spool, each once. FareboxError."""
    dead_letters, done = settings.folder / "dead-letter", Requeued()
    if not dead_letters.is_dir():
        return done
    with _alone(settings.folder):
        _remove_drafts(settings.spool_folder)
        seen = set[bytes]()
        for path in files(dead_letters):
            try:
                _requeue_file(settings, path, seen, done)
            except OSError as error:
                raise FareboxError(
                    f"{path} cannot be moved to {settings.spool_folder} ({error.strerror}), "
                    f"{done.calls} calls were put back before it: free some space, or make both folders writable"
                ) from error
    return done


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with claim(folder, _ROLE, waits=False):
            yield
    except InUseError as error:
        raise FareboxError(f"`farebox requeue` already runs, as process {error.holder}: wait until it ends") from error


def _requeue_file(settings: Settings, path: Path, seen: set[bytes], done: Requeued) -> None:
    # The lock keeps a running recorder from appending to what is about to be removed.
    with locked(path) as file:
        if file is None:
            return
        found = content(path)
        readable = [message for message in found.messages if _is_readable(message)]
        unreadable = [message for message in found.messages if not _is_readable(message)]
        new = {digest(message): message for message in readable if digest(message) not in seen}
        if new:
            _check_room(settings, new.values())
            _spool(settings.spool_folder, new.values())
            seen.update(new)
            done.calls += len(new)
        if found.damaged:
            done.unread.append(_renamed(path))
        elif unreadable and not readable:
            done.unread.append(path)
        else:
            done.unread.extend(_kept_apart(path.parent, unreadable))
            path.unlink()
            _sync(path.parent)


def _renamed(path: Path) -> Path:
    """Rename a damaged segment, so that its calls are not put back again, and return its new path."""
    kept = path.with_name(f"damaged-{path.name}")
    path.rename(kept)
    _sync(path.parent)
    return kept


def _kept_apart(folder: Path, messages: Iterable[bytes]) -> list[Path]:
    """Write `messages`, which cannot be read, into a segment of their own; the one they are in is removed then."""
    writer = SegmentWriter(folder, limit=2 * SEGMENTS_LIMIT)
    paths = list(dict.fromkeys(writer.append(message) for message in messages))
    for path in paths:
        _sync(path)
    return paths


def _is_readable(message: bytes) -> bool:
    try:
        reading.decode(message)
    except msgspec.MsgspecError:
        return False
    return True


def _check_room(settings: Settings, messages: Iterable[bytes]) -> None:
    """Raise FareboxError if the spool would exceed its limit: new calls need the room more."""
    limit = limits(settings.spool, settings.workers).disk
    if used(settings.spool_folder) + sum(map(len, messages)) > limit:
        raise FareboxError(
            f"spool {settings.spool_folder} has no room within spool.limit, {bytesize.text(limit)}: start `farebox up` "
            "to record what is in it, or raise spool.limit"
        )


def _spool(root: Path, messages: Iterable[bytes]) -> None:
    """Write `messages` into a spool of their own, which has its name once it is whole and on the disk."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{_PREFIX}{uuid_utils.uuid7()}"
    draft = root / f".{name}"
    draft.mkdir(mode=0o700)
    with _new(draft / "00000001.seg") as file:
        for data in (MARK, *map(frame, messages)):
            _write(file, data)
        os.fsync(file)
    _sync(draft)
    draft.rename(root / name)
    _sync(root)


def _remove_drafts(root: Path) -> None:
    """Remove what an interrupted run left: its dead letters are still there."""
    for draft in root.glob(f".{_PREFIX}*"):
        for path in draft.iterdir():
            path.unlink()
        draft.rmdir()


@contextmanager
def _new(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        yield file
    finally:
        os.close(file)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
