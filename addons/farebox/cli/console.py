"""The terminal that tables and lines are printed to."""

import codecs
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from ..config.settings import Settings
from ..records.clean import visible_lines
from ..report.currency import ReportCurrency, report_currency
from ..report.line import call_fields, call_line

_PIPED_WIDTH = 160
# For terminals that have no Unicode: what stands for each character in ASCII.
_ASCII = {"✓": "+", "✗": "x", "…": "~", "·": "-", "█": "#", "→": ">"}
_ERRORS = "farebox.ascii"


class _VisibleConsole(Console):
    """A console on which no text that it prints, such as a model's name, can move the cursor or turn the line."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of `renderable`, which end lines, without other characters that nobody sees."""
        for segment in super().render(renderable, options):
            is_plain = segment.control or segment.text.isprintable() or segment.text == "\n"
            yield segment if is_plain else segment._replace(text=visible_lines(segment.text))


def console(*, stderr: bool = False) -> Console:
    """Return the terminal, or for piped output a console without colour and wide enough for every table."""
    stream = sys.stderr if stderr else sys.stdout
    codecs.register_error(_ERRORS, _in_ascii)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=_ERRORS)
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return _VisibleConsole(stderr=stderr, width=width, highlight=False)


def currency_of(settings: Settings, *, stderr: bool = False) -> ReportCurrency | None:
    """Return the currency of reports, with a symbol if the terminal has it; None if it is USD."""
    encoding = (sys.stderr if stderr else sys.stdout).encoding
    return report_currency(settings.report_currency, settings.currency, settings.zone, encoding or "ascii")


def print_call(out: Console, row: Mapping[str, Any], zone: tzinfo, currency: ReportCurrency | None = None) -> None:
    """Print a call's line, as wide as the terminal; piped, all of its fields between tabs."""
    if out.is_terminal:
        out.print(call_line(row, zone, out.width, currency), no_wrap=True, overflow="ellipsis", crop=True)
    else:
        out.file.write(call_fields(row, currency) + "\n")
        out.file.flush()


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_ASCII.get(character, "#" if "█" <= character <= "▏" else "?") for character in wrong), error.end
