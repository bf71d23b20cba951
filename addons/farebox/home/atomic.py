"""Files that are whole at any time: written beside their place, then put there in one step."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path, *, syncs: bool = False, several: bool = False) -> Iterator[Path]:
    """Yield a path beside `path` to write to: it replaces `path` when the block ends, or goes if an error ends it.

    With `syncs`, content and name are on the disk then. `several` processes may write `path` at once. OSError.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part" if several else f"{path.name}.part")
    try:
        yield part
        if syncs:
            _sync(part)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if syncs:
        sync_folder(path.parent)


def write(path: Path, content: bytes, *, mode: int | None = None, syncs: bool = False, several: bool = False) -> None:
    """Put `content` at `path`, with the permissions `mode` if given; the rest as `replacing`."""
    with replacing(path, syncs=syncs, several=several) as part:
        _write(part, content, mode)


def create(path: Path, content: bytes, *, mode: int) -> None:
    """Put `content` at `path` for good unless there is a file already, which stays. OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        _write(part, content, mode)
        _sync(part)
        # A link fails if another process was first; a rename would replace the file that it uses by now.
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, not only the files that they name. OSError."""
    _sync(path)


def _write(path: Path, content: bytes, mode: int | None) -> None:
    # Of a killed process with our id there may be a part with other permissions.
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666 if mode is None else mode)
    with open(handle, "wb") as file:  # noqa: PTH123 - it has no path any more
        if mode is not None:
            os.fchmod(handle, mode)
        file.write(content)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
