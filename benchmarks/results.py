"""RESULTS.md: a section for each benchmark, written anew by it."""

import re
from pathlib import Path

_PAGE = Path(__file__).parent / "RESULTS.md"


def put(title: str, body: str) -> None:
    """Write the section `title` anew, or add it."""
    page = _PAGE.read_text(encoding="utf-8")
    section = f"## {title}\n\n{body.strip()}\n"
    old = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if old.search(page):
        page = old.sub(lambda found: section + ("\n" if found.end() < len(page) else ""), page)
    else:
        page = f"{page.rstrip()}\n\n{section}"
    _PAGE.write_text(page, encoding="utf-8")
