"""Write the tables of columns in docs/ledger.md from the package's own table; --check only compares."""

import sys
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from farebox.records.column import Column
from farebox.records.columns import COLUMNS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ledger.md"
BEGIN, END = "<!-- columns -->", "<!-- /columns -->"


def with_tables(page: str) -> str:
    """Return `page` with the tables between its markers made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{''.join(_tables())}{END}{after}"


def _tables() -> Iterator[str]:
    for group, columns in groupby(COLUMNS, attrgetter("group")):
        yield f"### {group.capitalize()}\n\n| column | meaning |\n|---|---|\n"
        yield "".join(f"| `{column.name}` | {_meaning(column)} |\n" for column in columns) + "\n"


def _meaning(column: Column) -> str:
    within = f"; part of `{column.within}`" if column.within else ""
    return f"{column.meaning.removesuffix('.')}{within}."


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    fresh = with_tables(page)
    if "--check" not in sys.argv:
        PAGE.write_text(fresh, encoding="utf-8")
    elif page != fresh:
        sys.stderr.write("docs/ledger.md is stale: run `make ledger-page`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
