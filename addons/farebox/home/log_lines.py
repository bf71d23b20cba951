"""The form of log lines: with a time, unless what reads them adds its own."""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

# Files that Docker and Podman put into each container.
_CONTAINER = ("/.dockerenv", "/run/.containerenv")
_DATED = ("JOURNAL_STREAM", "KUBERNETES_SERVICE_HOST")


def log_to_stderr(name: str, level: int = logging.INFO) -> None:
    """Log to standard error, each line with `name` before it."""
    logging.basicConfig(level=level, format=form(name, os.environ), datefmt="%Y-%m-%d %H:%M:%S", stream=sys.stderr)


def form(name: str, environment: Mapping[str, str], marks: tuple[str, ...] = _CONTAINER) -> str:
    """Return the format of lines of `name`: journald, and what keeps the logs of containers, date them themselves."""
    is_dated = any(environment.get(variable) for variable in _DATED) or any(Path(mark).exists() for mark in marks)
    return f"{name}: %(message)s" if is_dated else f"%(asctime)s {name}: %(message)s"
