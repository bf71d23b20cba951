"""A script for mitmproxy: writes the CPU time of the longest turn of its event loop to the file in ABUSE_TURNS.

No other call proceeds during a turn. CPU time, unlike a delay, does not depend on what else the machine does.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_path = Path(os.environ["ABUSE_TURNS"])
# Before it, the proxy starts.
_STARTED_SECONDS = 3.0


def _measured(run_once: Callable[[Any], None]) -> Callable[[Any], None]:
    began, longest = time.monotonic(), 0.0

    def measured(loop: Any) -> None:
        nonlocal longest
        start = time.thread_time()
        run_once(loop)
        spent = time.thread_time() - start
        if spent > longest and time.monotonic() - began > _STARTED_SECONDS:
            longest = spent
            _path.write_text(f"{1000 * longest:.0f}", encoding="ascii")

    return measured


_base: Any = asyncio.BaseEventLoop
_base._run_once = _measured(_base._run_once)  # noqa: SLF001 - asyncio has no hook for a turn
