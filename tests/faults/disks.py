"""Disks that are small, full or read-only: real mounts, as root ignores the modes of files."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def lacks_mounts() -> str | None:
    """Return why nothing can be mounted here, or None where it can."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small(Path(folder), "1m"):
                return None
        except (OSError, subprocess.SubprocessError) as error:
            why = getattr(error, "stderr", None) or str(error)
            return f"the right to mount ({why.strip()})"


@contextmanager
def small(folder: Path, size: str) -> Iterator[None]:
    """Have a disk of its own under `folder`."""
    _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder))
    try:
        yield
    finally:
        _run("umount", "-l", str(folder))


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Fill the disk of `folder` to its last byte."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(1 << 16)):
                pass
        with ballast.open("ab", buffering=0) as file:
            try:
                while file.write(b"x"):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC
        yield
    finally:
        ballast.unlink()


@contextmanager
def mounted_over_itself(folder: Path) -> Iterator[None]:
    """Let `folder` be a mount, that can be made read-only."""
    _run("mount", "--bind", str(folder), str(folder))
    try:
        yield
    finally:
        _run("umount", "-l", str(folder))


@contextmanager
def read_only(mount: Path) -> Iterator[None]:
    """Take no new file and no change through `mount`; what is open for writing under it must be so by another way."""
    _run("mount", "-o", "remount,bind,ro", str(mount))
    try:
        with suppress(OSError):
            (mount / "probe").touch()
            raise AssertionError(f"{mount} is not read-only")
        yield
    finally:
        _run("mount", "-o", "remount,bind,rw", str(mount))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, timeout=30)
