"""The settings of commands that read: they follow the sidecar that runs, unless something else is said."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import typer

from ..config import settings as settings_module
from ..config.redact_url import MASK
from ..config.settings import Settings
from ..config.sources import PREFIX
from ..errors import LedgerError
from ..home.running import Running, running

_PORTS = ("host", "port", "metrics_host", "metrics_port")


def settings_for_reading(given: Mapping[str, Any], config: Path | None) -> Settings:
    """Return the Settings; the ledger is that of the running sidecar if nobody names another.

    A ledger that neither the command line nor the default names is named on standard error. LedgerError if the
    running sidecar's can't be read without a password, which it does not leave.
    """
    settings = settings_module.load(given, config=config)
    if given.get("ledger"):
        return settings
    sidecar = running(settings.folder)
    if _is_default(settings) and sidecar is not None and sidecar.ledger != settings.ledger:
        _check(sidecar)
        typer.echo(f"farebox: reading {sidecar.ledger}, the ledger of the running sidecar", err=True)
        return msgspec.structs.replace(settings, ledger=sidecar.ledger)
    # A script that sets FAREBOX_LEDGER knows which one it is.
    if not _is_default(settings) and sys.stderr.isatty():
        typer.echo(f"farebox: reading {settings.ledger_name}", err=True)
    return settings


def at_running_ports(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """Return `settings` with the ports of the running sidecar, except those that `given` or the environment names."""
    sidecar = running(settings.folder)
    if sidecar is None or sidecar.port is None:
        return settings
    found = {
        name: getattr(sidecar, name)
        for name in _PORTS
        if given.get(name) is None and f"{PREFIX}{name.upper()}" not in os.environ
    }
    return msgspec.structs.replace(settings, **found)


def _is_default(settings: Settings) -> bool:
    return settings.ledger == f"sqlite:///{settings.folder / 'ledger.db'}"


def _check(sidecar: Running) -> None:
    if MASK in sidecar.ledger:
        raise LedgerError(
            f"the running sidecar records to {sidecar.ledger}: name that ledger, with its password, by --ledger or "
            "FAREBOX_LEDGER"
        )
