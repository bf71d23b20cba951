"""Where tables are printed."""

import os
import sys

from rich.console import Console
from rich.text import Text

_PIPED_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """Return the terminal; what is piped gets no colour and a width that cuts no table."""
    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return Console(stderr=stderr, width=wide, highlight=False)


def print_line(out: Console, line: Text) -> None:
    """Print a call's line: a terminal that is too narrow cuts it, so that calls stay below each other."""
    out.print(line, no_wrap=True, overflow="ellipsis", crop=True)
