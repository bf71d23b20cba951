"""The commands in the fenced blocks of the docs.

A `console` block is run, and what it prints is compared: `$ ` begins a command, and `...` stands for any text. A `sh`
block has commands to type, whose output a page doesn't show. Other blocks are no commands.
"""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_BLOCK = re.compile(r"^ *```(?P<kind>\w+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
# Tables that name a command for each way to install farebox.
_INSTALLED = re.compile(r"^ *\| installed with \| command \|\n.*?\n((?: *\|.*\n)+)", re.MULTILINE)
_PROMPT = "$ "


class Shown(NamedTuple):
    """A command of a page and what the page says that it prints; None if it doesn't say."""

    page: str
    command: str
    output: str | None


def shown() -> list[Shown]:
    """Return the commands of all `console` blocks."""
    return [one for page in PAGES for one in commands(page) if one.output is not None]


def typed() -> list[tuple[str, str]]:
    """Return the page and each command whose output its page doesn't show."""
    return [(one.page, one.command) for page in PAGES for one in commands(page) if one.output is None]


def commands(page: Path) -> list[Shown]:
    """Return the commands of `page` in their order."""
    text = page.read_text(encoding="utf-8")
    places = [(block.start(), _of_block(block["kind"], block["text"])) for block in _BLOCK.finditer(text)]
    places += [(table.start(), _of_table(table[1])) for table in _INSTALLED.finditer(text)]
    return [Shown(page.name, *one) for _, found in sorted(places, key=lambda place: place[0]) for one in found]


def blocks(page: Path, kind: str) -> list[str]:
    """Return the blocks of `page` in a language."""
    text = page.read_text(encoding="utf-8")
    return [block["text"] for block in _BLOCK.finditer(text) if block["kind"] == kind]


def prints(output: str, *texts: str) -> bool:
    """Return whether one of `texts` is `output`, in which `...` stands for any text and spaces don't count."""
    return any(doctest.OutputChecker().check_output(output, text, _LIKE) for text in texts)


def _of_block(kind: str, text: str) -> list[tuple[str, str | None]]:
    if kind == "console":
        return list(_sessions(text))
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()] if kind == "sh" else []
    return [(line, None) for line in lines if line.partition("#")[0].strip()]


def _of_table(rows: str) -> list[tuple[str, str | None]]:
    cells = (row.rsplit("|", 2)[-2] for row in rows.splitlines())
    return [(command, None) for cell in cells for command in re.findall(r"`(\.?[a-z][^`]* [^`]*)`", cell)]


def _sessions(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(rf"^{re.escape(_PROMPT)}", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output
