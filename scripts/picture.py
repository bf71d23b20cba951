"""Make docs/report.svg, the picture of README.md, from the ledger of a demo."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from farebox.cli.report import ordered
from farebox.report.table import report_table
from farebox.store.engine import open_engine
from farebox.store.summary import Scope, summarise
from rich.console import Console

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "report.svg"
BY = ("provider", "model")
WIDTH = 126
# What README.md says to type before its report.
README = ("demo",), ("run", "--demo", "--", sys.executable, "-m", "farebox.demo.chat")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        for arguments in README:
            subprocess.run(
                [sys.executable, "-m", "farebox", *arguments],
                env={**os.environ, "FAREBOX_HOME": home},
                check=True,
                timeout=120,
            )
        engine = open_engine(f"sqlite:///{home}/demo/ledger.db")
        with engine.connect() as connection:
            groups = ordered(summarise(connection, Scope(), BY), BY, {})
            [whole] = summarise(connection, Scope(), ())
        engine.dispose()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(report_table("Spend by provider and model, since 30d (UTC)", BY, groups, whole.sums, width=WIDTH))
    picture = console.export_svg(title="farebox report --by provider,model", unique_id="farebox")
    # A picture that fetches nothing: the reader's own fonts do.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", picture, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
