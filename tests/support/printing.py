"""Tables as text, for tests."""

from io import StringIO

from rich.console import Console, RenderableType


def printed(table: RenderableType, *, width: int = 160) -> list[str]:
    """Return the lines of `table` with single blanks."""
    text = StringIO()
    Console(file=text, width=width).print(table)
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]
