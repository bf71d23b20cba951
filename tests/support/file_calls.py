"""The calls that change files, in their order, and a disk that fails at one of them."""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_CALLS = ("open", "write", "fsync", "fdatasync", "ftruncate", "rename", "replace", "link", "unlink", "mkdir")


class FileCalls:
    """Records the calls on files below `root`, such as "rename a b"; from number `fails_at` on, all of them fail.

    Files are named relative to `root`. Calls on other files pass through unrecorded.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[str] = []
        self.fails_at: int | None = None
        self._root = root
        for name in _CALLS:
            if hasattr(os, name):
                monkeypatch.setattr(os, name, self._recorded(name, getattr(os, name)))
        monkeypatch.setattr(fcntl, "flock", self._recorded("flock", fcntl.flock))

    def _recorded(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*arguments: Any, **options: Any) -> Any:
            names = [
                self._name(argument) for argument in arguments[: 2 if name in {"rename", "replace", "link"} else 1]
            ]
            if None in names:
                return call(*arguments, **options)
            self.seen.append(" ".join([name, *map(str, names)]))
            if self.fails_at is not None and len(self.seen) > self.fails_at:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return call(*arguments, **options)

        return recorded

    def _name(self, file: Any) -> str | None:
        path = Path(f"/proc/self/fd/{file}").readlink() if isinstance(file, int) else Path(file)
        return str(path.relative_to(self._root)) if path.is_relative_to(self._root) else None
