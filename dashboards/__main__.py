"""Write dashboards/generated from the source; --check only compares, and fails where a file is stale."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from . import people, sidecar, spend, traffic
from .rules import files as rule_files
from .sql.clickhouse import CLICKHOUSE
from .sql.postgres import POSTGRES

GENERATED = Path(__file__).parent / "generated"
# By folder. The others ask no ledger.
BOARDS = {
    "": (spend.board(POSTGRES), traffic.BOARD, people.board(POSTGRES), sidecar.BOARD),
    "clickhouse/": (spend.board(CLICKHOUSE), people.board(CLICKHOUSE)),
}


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each generated file."""
    for folder, boards in BOARDS.items():
        for board in boards:
            text = json.dumps(board.json(), indent=2, sort_keys=True, ensure_ascii=False)
            yield f"{folder}{board.uid}.json", text + "\n"
    yield "rules.yml", rule_files.rules()


def main() -> int:
    stale = [(name, text) for name, text in files() if _text(GENERATED / name) != text]
    if "--check" not in sys.argv:
        GENERATED.mkdir(exist_ok=True)
        for name, text in stale:
            (GENERATED / name).parent.mkdir(exist_ok=True)
            (GENERATED / name).write_text(text, encoding="utf-8")
        return 0
    for name, _ in stale:
        sys.stderr.write(f"dashboards/generated/{name} is stale: run `make dashboards`\n")
    return 1 if stale else 0


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
