"""The terminal that tables and lines are printed to."""

import codecs
import os
import sys
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from rich.console import Console

from ..report.line import call_fields, call_line

_PIPED_WIDTH = 160
# For terminals that have no Unicode: what stands for each character in ASCII.
_ASCII = {"✓": "+", "✗": "x", "…": "~", "·": "-", "█": "#"}
_ERRORS = "farebox.ascii"


def console(*, stderr: bool = False) -> Console:
    """Return the terminal, or for piped output a console without colour and wide enough for every table."""
    stream = sys.stderr if stderr else sys.stdout
    codecs.register_error(_ERRORS, _in_ascii)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=_ERRORS)
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False)


def print_call(out: Console, row: Mapping[str, Any], zone: tzinfo) -> None:
    """Print a call's line, as wide as the terminal; piped, all of its fields between tabs."""
    if out.is_terminal:
        out.print(call_line(row, zone, out.width), no_wrap=True, overflow="ellipsis", crop=True)
    else:
        out.file.write(call_fields(row) + "\n")
        out.file.flush()


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_ASCII.get(character, "#" if "█" <= character <= "▏" else "?") for character in wrong), error.end
