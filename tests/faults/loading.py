"""Load from a process of its own: what it saw complete is told to nobody but a file."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.support.paths import ROOT
from tests.support.sidecar import Sidecar, clean_environment

# Longer than any load takes.
SECONDS = 7200.0


class Load:
    """Calls by the official SDKs through a sidecar; they go on until their number is reached, or the block ends."""

    def __init__(self, sidecar: Sidecar, told: Path, calls: int, *options: str) -> None:
        self._told = told
        self._calls = calls
        with told.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.load", "--calls", str(calls), "--prefix", told.stem, *options],
                env={**clean_environment(), **_client_environment(sidecar)},
                cwd=ROOT,
                stdout=file,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def completed(self) -> list[str]:
        """The ids of the calls that their client saw complete by now."""
        return self._told.read_text().split()

    @property
    def number(self) -> int:
        """How many those are."""
        return self._told.read_bytes().count(b"\n")

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def wait_for(self, number: int) -> None:
        """Wait until so many calls are complete, or all have ended."""
        give_up = time.monotonic() + SECONDS
        while self.number < number and not self.is_over:
            assert time.monotonic() < give_up, f"{len(self.completed)} calls are complete, {number} awaited"
            time.sleep(0.002)

    def finish(self) -> list[str]:
        """Wait until all calls have ended; return the ids of the completed ones."""
        assert self._process.wait(SECONDS) == 0
        return self.completed

    def finish_whole(self, broken: list[str]) -> list[str]:
        """As `finish`; a call that did not complete is `broken`, as traffic was to be unmoved."""
        completed = self.finish()
        if len(completed) < self._calls:
            broken.append(f"{self._calls - len(completed)} of {self._calls} calls did not complete")
        return completed


def _client_environment(sidecar: Sidecar) -> dict[str, str]:
    """Return what the banner tells a client to set."""
    exports = (line.split()[1:] for line in sidecar.banner.splitlines() if line.strip().startswith("export "))
    named = (assignment.partition("=") for words in exports for assignment in words)
    return {name: value for name, _, value in named}
