"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Ledger = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where calls are recorded, sqlite:///PATH; default: in the data folder."),
]
Config = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Settings; default: farebox.yaml in the current folder, if there.")
]
