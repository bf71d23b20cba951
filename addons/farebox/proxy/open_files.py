"""Open files: a connection needs two, and the default limit is often 1024."""

import asyncio
import contextlib
import errno
import logging
import resource
import time
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

MOST = 1 << 20
_LOG_SECONDS = 60.0
_RAN_OUT = frozenset({errno.EMFILE, errno.ENFILE})


def raise_limit() -> int:
    """Raise this process's soft limit of open files to the hard one, up to MOST; return the limit that now holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    # macOS has a limit of its own below the hard one.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class FaultLog:
    """The loop's handler of faults: files that ran out are logged once a minute, ends of connections never.

    asyncio accepts connections again after a second, and reports each that it could not accept until then.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        # Some releases of asyncio report connections that end with the loop.
        if isinstance(error, asyncio.CancelledError):
            return
        if not (isinstance(error, OSError) and error.errno in _RAN_OUT):
            loop.default_exception_handler(context)
        elif self._clock() >= self._next:
            self._next = self._clock() + _LOG_SECONDS
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            logger.error(
                "new connections wait: all %d open files that this process may have are in use. "
                "Raise the limit (ulimit -n, LimitNOFILE= of systemd), or add workers",
                limit,
            )
