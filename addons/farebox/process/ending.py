"""The end of a process that has finished its work."""

import atexit
import logging
import os
import sys
from contextlib import suppress
from typing import NoReturn


def end(code: int) -> NoReturn:
    """End this process with exit code `code`, without taking its modules apart, which takes 0.2 s of CPU.

    Functions registered with atexit run, and output is flushed; threads are not waited for.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public name
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # A closed pipe, or no stream at all, as under pythonw.
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)
