"""`farebox run`."""

import os
import sys
import tempfile
import time
from typing import IO, Annotated

import typer

from ..config import settings as settings_module
from ..config.settings import Settings
from ..errors import FareboxError, LedgerAwayError
from ..home.folder import BUNDLE, CERTIFICATE
from ..process.child import SpawnOptions
from ..process.client_environment import ProxyEndpoint, client_environment
from ..report.bill import Bill, bill_lines
from ..report.silence import reasons
from ..spool.telemetry import ClientDiagnostics
from ..store.engine import opened
from ..store.snapshot import snapshot
from ..store.summary import Scope, doubts, summarise
from ..supervisor import health, run_home, supervisor
from ..supervisor.command import Command, CommandError
from ..supervisor.supervisor import LifecycleHooks, Started
from .console import console
from .options import Config, Ledger, Script, Set
from .up import prepare

Arguments = Annotated[
    list[str],
    typer.Argument(metavar="CMD", help="The command and its arguments, after `--`."),
]


def run(
    *,
    command: Arguments,
    ledger: Ledger = None,
    config: Config = None,
    script: Script = None,
    set_: Set = None,
) -> None:
    """Run one command behind its own sidecar, and print the cost of its LLM calls.

    The command gets the proxy and the CA through its environment; its input, output, signals and exit code are
    unchanged. The bill goes to standard error, the calls go to the ledger. Can run beside `farebox up` and beside
    other `farebox run`.

    - `farebox run -- python chat.py`
    - `farebox run -- claude`
    - `farebox run --ledger sqlite:///mine.db -- node app.mjs`
    """
    given = {"ledger": ledger, "script": [str(path.absolute()) for path in script or ()], "set": set_}
    settings = settings_module.load(given, config=config)
    program = Command(command)
    began = time.monotonic()
    with run_home.isolated_settings(settings) as own, tempfile.TemporaryFile() as log, program.signals():
        diagnostics: list[ClientDiagnostics] = []
        hooks = LifecycleHooks(
            # No call is waiting yet, and the bill needs a migrated ledger.
            prepare=lambda: prepare(own, migrates=True),
            on_started=lambda started: program.start(client_environment(os.environ, _endpoint(own, started))),
            on_drained=lambda started: diagnostics.extend(_diagnostics(started)),
        )
        try:
            supervisor.run(own, hooks, program, SpawnOptions(is_apart=True, log=log))
        except CommandError as error:
            typer.echo(f"farebox: {error}", err=True)
            sys.exit(error.code)
        finally:
            _print_log(log)
        if program.returncode is not None:
            _print_bill(own, diagnostics[0] if diagnostics else ClientDiagnostics(), time.monotonic() - began)
    program.end_as_it_did()


def _endpoint(own: Settings, started: Started) -> ProxyEndpoint:
    return ProxyEndpoint(started.proxy, str(own.folder / CERTIFICATE), str(own.folder / BUNDLE))


def _diagnostics(started: Started) -> list[ClientDiagnostics]:
    answer = health.ask(started.metrics)
    return [answer.clients] if answer else []


def _print_log(log: IO[bytes]) -> None:
    """Print the sidecar's log, now that the command does not use the terminal any more."""
    log.seek(0)
    sys.stderr.write(log.read().decode(errors="replace"))


def _print_bill(own: Settings, diagnostics: ClientDiagnostics, seconds: float) -> None:
    out = console(stderr=True)
    try:
        bill = _bill(own)
    except (FareboxError, LedgerAwayError) as error:
        out.print(f"farebox: no bill: {error}", style="red", markup=False)
        return
    waiting = run_home.spools(own.folder)
    if bill.total.calls:
        out.print(bill_lines(bill, seconds))
    elif not waiting:
        out.print("farebox: no LLM call was recorded.", style="yellow", markup=False)
        for reason in reasons(diagnostics):
            out.print(f"  {reason}", style="dim", markup=False)
    if waiting:
        out.print(
            "farebox: the ledger cannot be reached, calls wait in the spool: the next `farebox run` or `up` "
            "records them.",
            style="yellow",
            markup=False,
        )


def _bill(own: Settings) -> Bill:
    scope = Scope(where=(("sidecar", (own.sidecar,)),))
    with opened(own.ledger) as engine, snapshot(engine) as connection:
        groups = summarise(connection, scope, ("provider", "model"))
        [total] = summarise(connection, scope, ())
        uncertain = doubts(connection, scope)
    groups.sort(key=lambda group: (-(group.sums.cost_nanousd or -1), str(group.key)))
    return Bill(groups, total.sums, uncertain)
