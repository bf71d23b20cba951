"""Which files of settings a command reads, as it says at its start."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from ..config import files, settings
from ..config.settings import Settings


def announce(config: Path | None) -> None:
    """Print the files of settings that are read, if there are any, to standard error."""
    if paths := files.found(config, os.environ):
        typer.echo(f"farebox: settings from {', then '.join(str(path.absolute()) for path in paths)}", err=True)


def load(given: Mapping[str, Any], config: Path | None) -> Settings:
    """Print which files are read, and return the Settings."""
    announce(config)
    return settings.load(given, config=config)
