"""The terminal that tables and lines are printed to."""

import os
import sys

from rich.console import Console
from rich.text import Text

_PIPED_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """Return the terminal, or for piped output a console without colour and wide enough for every table."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False)


def print_line(out: Console, line: Text) -> None:
    """Print a call's line, cut to the width of the terminal so that each call has exactly one line."""
    out.print(line, no_wrap=True, overflow="ellipsis", crop=True)
