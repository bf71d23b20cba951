"""The commands in the fenced blocks of the docs.

A `console` block is run, and what it prints is compared: `$ ` begins a command, and `...` stands for any text. A `sh`
block has commands to type that need something absent here. Other blocks are no commands.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^ *```(?P<kind>\w+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "


class Shown(NamedTuple):
    """A command of a page and what the page says that it prints."""

    page: str
    command: str
    output: str


def shown() -> list[Shown]:
    """Return the commands of all `console` blocks."""
    return [Shown(page.name, *one) for page in PAGES for text in _blocks(page, "console") for one in _sessions(text)]


def typed() -> list[tuple[str, str]]:
    """Return the page and the line of each command of all `sh` blocks, without comments."""
    lines = ((page.name, line) for page in PAGES for text in _blocks(page, "sh") for line in text.splitlines())
    return [(page, line.partition(" #")[0].strip()) for page, line in lines if line.partition("#")[0].strip()]


def _blocks(page: Path, kind: str) -> Iterator[str]:
    return (block["text"] for block in _BLOCK.finditer(page.read_text(encoding="utf-8")) if block["kind"] == kind)


def _sessions(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(rf"^{re.escape(_PROMPT)}", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output
