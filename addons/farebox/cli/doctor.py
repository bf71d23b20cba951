"""`farebox doctor`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ..config.settings import Settings
from ..doctor import (
    budgets,
    ca,
    client,
    destinations,
    folder,
    gateways,
    idle_entries,
    librechat,
    open_files,
    otlp,
    ports,
    prices,
    sidecar,
    tunings,
)
from ..doctor import ledger as ledger_check
from ..doctor.finding import OK, PROBLEM, WARNING, Finding
from ..doctor.reach import farebox_of
from ..report import styles
from .console import console
from .options import Config, Host, Ledger, MetricsPort, Port
from .reader_settings import at_running_ports, settings_for_reading

_MARKS = {OK: ("✓", styles.GOOD_MARK), WARNING: ("!", styles.WARNING), PROBLEM: ("✗", f"bold {styles.BAD}")}


def doctor(
    *,
    pid: Annotated[
        int | None, typer.Option(metavar="PID", help="Check the environment of this running client.")
    ] = None,
    env_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Check this .env file, such as LibreChat's.")
    ] = None,
    host: Host = None,
    port: Port = None,
    metrics_port: MetricsPort = None,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Find problems that keep calls from being recorded, and print how to fix each. Changes nothing.

    Checks the data folder, the CA, the ports, the limit of open files, mitmproxy's release, the ledger, the prices,
    entries of the settings that match nothing, the budgets, the destinations of notifications, the collector of
    `otlp`, the running sidecar and its clients; with --pid or --env-file also a client's environment.
    The exit code is 1 if there is a problem.

    - `farebox doctor`
    - `farebox doctor --pid $(pgrep -n node)`
    - `farebox doctor --env-file .env`
    """
    given = {"host": host, "port": port, "metrics_port": metrics_port, "ledger": ledger}
    settings = at_running_ports(settings_for_reading(given, config), given)
    out = console()
    worst = OK
    for finding in examine(settings, pid, env_file):
        mark, style = _MARKS[finding.level]
        out.print(Text.assemble((f"{mark} ", style), finding.message), soft_wrap=True)
        if finding.fix:
            out.print(Text(f"    fix: {finding.fix}"), soft_wrap=True)
        worst = finding.level if finding.level == PROBLEM else worst
    sys.exit(1 if worst == PROBLEM else 0)


def examine(settings: Settings, pid: int | None, env_file: Path | None) -> Iterator[Finding]:
    """Yield the findings of every check."""
    farebox = farebox_of(settings)
    for place in (folder, ca, ports, ledger_check, gateways, prices, idle_entries, budgets, destinations, otlp):
        yield from place.check(settings)
    yield from open_files.check()
    yield from tunings.check(settings)
    yield from sidecar.check(settings, farebox.endpoint)
    if pid is not None:
        yield from client.check(client.client_of(pid), farebox)
    if env_file is not None:
        environment = client.of_file(env_file)
        if librechat.is_librechat_s(environment):
            yield from librechat.check(env_file, farebox)
        else:
            yield from client.check(client.Client(str(env_file), environment), farebox)
