"""Where tables are printed."""

import os
import sys

from rich.console import Console

_PIPED_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """Return the terminal; what is piped gets no colour and a width that cuts no table."""
    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return Console(stderr=stderr, width=wide, highlight=False)
