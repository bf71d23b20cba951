"""The settings of a page: its `yaml` blocks, as a reader would write them into one farebox.yaml."""

import re
from pathlib import Path

from tests.support.doc_commands import blocks
from tests.support.paths import ROOT

_KEY = re.compile(r"^(\w+):", re.MULTILINE)


def settings_of(page: Path) -> str:
    """Return farebox.yaml with each block of `page` that is of settings; of a key that comes twice, the longest one."""
    known = known_keys()
    entries: dict[str, str] = {}
    for block in blocks(page, "yaml"):
        if set(_KEY.findall(block)) <= known:
            parts = re.split(r"^(?=\w+:)", block, flags=re.MULTILINE)
            for part in filter(_KEY.match, parts):
                key = part.partition(":")[0]
                entries[key] = max(entries.get(key, ""), part, key=len)
    return "".join(entries.values())


def known_keys() -> set[str]:
    """Return the first words of the keys that docs/configuration.md describes."""
    table = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\w+)[\w.]*` \| `FAREBOX_", table, re.MULTILINE))
