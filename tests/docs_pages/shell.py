"""One shell in which commands are typed, one after the other: what one exports, the next has."""

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

_PAUSE = 0.05


class Ran(NamedTuple):
    """What a command printed and its exit code; None if it did not end in time."""

    code: int | None
    out: str
    err: str


class Shell:
    """A bash in `folder`; the output of its commands is kept in `notes`."""

    def __init__(self, folder: Path, notes: Path, environment: Mapping[str, str]) -> None:
        self._notes = notes
        self._numbers = itertools.count(1)
        # A session of its own has no terminal, so that programs that ask for a password read it from their input.
        self._bash = subprocess.Popen(
            ["bash"], stdin=subprocess.PIPE, cwd=folder, env=dict(environment), text=True, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._bash.pid, signal.SIGTERM)
        if self._bash.stdin is not None:
            self._bash.stdin.close()
        try:
            self._bash.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._bash.pid, signal.SIGKILL)
            self._bash.wait()

    def run(self, command: str, seconds: float, answer: str = "") -> Ran:
        """Type `command`, and `answer` to its questions, and wait for its end for so many `seconds`."""
        name = self._write(command, answer)
        self._type(f". {name}.sh <{name}.in >{name}.out 2>{name}.err; echo $? >{name}.rc")
        code = self._wait(name, seconds)
        return Ran(code, _read(f"{name}.out"), _read(f"{name}.err"))

    def start(self, command: str) -> None:
        """Type `command` and go on while it runs; it ends with this shell."""
        name = self._write(command, "")
        self._type(f". {name}.sh <{name}.in >{name}.out 2>{name}.err &")

    def _write(self, command: str, answer: str) -> str:
        name = self._notes / str(next(self._numbers))
        name.with_suffix(".sh").write_text(f"{command}\n", encoding="utf-8")
        name.with_suffix(".in").write_text(answer, encoding="utf-8")
        return str(name)

    def _type(self, line: str) -> None:
        assert self._bash.stdin is not None
        self._bash.stdin.write(f"{line}\n")
        self._bash.stdin.flush()

    def _wait(self, name: str, seconds: float) -> int | None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if code := _read(f"{name}.rc").strip():
                return int(code)
            time.sleep(_PAUSE)
        return None


def _read(name: str) -> str:
    path = Path(name)
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
