"""Processes that end with the test process which started them, also if that is killed with kill -9."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

# Its standard input closes with the process that started it, however that ends.
_SCRIPT = """
read _
kill -s "$0" -- "$1"
[ -n "$2" ] || exit
while kill -s 0 -- "$1"; do sleep 0.1; done
rm -rf -- "$2"
"""


class Watcher:
    """Signals process `pid`, or a whole group by its negative, when this process is gone.

    `folder` is removed after the watched process has ended.
    """

    def __init__(self, pid: int, number: signal.Signals = signal.SIGKILL, folder: Path | None = None) -> None:
        name = number.name.removeprefix("SIG")
        self._process = subprocess.Popen(
            ["sh", "-c", _SCRIPT, name, str(pid), str(folder or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def end(self) -> None:
        """Stop watching: the process has ended."""
        self._process.kill()
        self._process.communicate()


def run(command: Sequence[str | Path], *, timeout: float, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `command` as subprocess.run does with captured text; what it starts doesn't outlive this process."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options
    ) as process:
        watcher = Watcher(-process.pid)
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            watcher.end()
    return subprocess.CompletedProcess(command, process.returncode, out, err)
