"""`farebox run`."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import IO, Annotated

import typer

from ..config.destinations import secret_variables
from ..config.settings import Settings
from ..errors import FareboxError, SettingsError
from ..home.folder import BUNDLE, CERTIFICATE
from ..process.chain import chained
from ..process.child import SpawnOptions
from ..process.client_environment import ProxyEndpoint, client_environment
from ..report import styles
from ..store.run_bill import Bill, left_in
from ..supervisor import run_home, supervisor
from ..supervisor.command import Command, CommandError
from ..supervisor.supervisor import LifecycleHooks, Started
from . import settings_files
from .options import Config, Ledger, Script, Set

Arguments = Annotated[
    list[str],
    typer.Argument(metavar="CMD", help="The command and its arguments, after `--`."),
]

Demo = Annotated[
    bool,
    typer.Option(
        "--demo", help="Calls go to the made-up provider of `farebox demo`, and into its ledger: no key, no network."
    ),
]


def run(
    *,
    command: Arguments,
    demo: Demo = False,
    ledger: Ledger = None,
    config: Config = None,
    script: Script = None,
    set_: Set = None,
) -> None:
    """Run one command behind its own sidecar, and print the cost of its LLM calls.

    The command gets the proxy and the CA through its environment; its input, output, signals and exit code are
    unchanged. The bill goes to standard error, the calls go to the ledger. Can run beside `farebox up` and beside
    other `farebox run`.

    - `farebox run --demo -- python -m farebox.demo.chat`
    - `farebox run -- python chat.py`
    - `farebox run -- claude`
    - `farebox run --ledger sqlite:///mine.db -- node app.mjs`
    """
    given = {"ledger": ledger, "script": [str(path.absolute()) for path in script or ()], "set": set_}
    settings = settings_files.load(given, config)
    with _simulated(settings, ledger) if demo else nullcontext(settings) as own:
        program = _run(own, command)
    program.end_as_it_did()


@contextmanager
def _simulated(settings: Settings, ledger: str | None) -> Iterator[Settings]:
    """Serve the demo's provider while the block runs, and yield Settings whose calls go to it."""
    if ledger:
        raise SettingsError("ledger: --demo has a ledger of its own, as its calls are made up: leave --ledger out")
    provider = import_module("..demo.provider", __package__).provider
    its = import_module("..demo.settings", __package__)
    hosts = import_module("..demo.session", __package__).HOSTS
    folder = settings.folder / its.FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with provider(folder, hosts) as simulated:
        yield its.demo_settings(settings, folder, simulated.port, simulated.authority)


def _run(settings: Settings, command: list[str]) -> Command:
    """Run `command` behind a sidecar, print its bill, and return it."""
    program = Command(command)
    with run_home.isolated_settings(settings) as isolated, tempfile.TemporaryFile() as log, program.signals():
        own = chained(isolated, os.environ)
        hooks = LifecycleHooks(
            prepare=lambda: run_home.recover_orphans(own),
            on_started=lambda started: program.start(_environment(own, started)),
        )
        try:
            supervisor.run(own, hooks, program, SpawnOptions(is_apart=True, log=log, forks=True))
        except CommandError as error:
            typer.echo(f"farebox: {error}", err=True)
            sys.exit(error.code)
        finally:
            _print_log(log)
        if program.returncode is not None:
            _print_bill(own, program.seconds)
    return program


def _environment(own: Settings, started: Started) -> dict[str, str]:
    return client_environment(os.environ, _endpoint(own, started), secret_variables(own.destinations))


def _endpoint(own: Settings, started: Started) -> ProxyEndpoint:
    return ProxyEndpoint(started.proxy, str(own.folder / CERTIFICATE), str(own.folder / BUNDLE))


def _print_log(log: IO[bytes]) -> None:
    """Print the sidecar's log, now that the command does not use the terminal any more."""
    log.seek(0)
    sys.stderr.write(log.read().decode(errors="replace"))


def _in_currency(own: Settings, bill: Bill, seconds: float) -> Bill:
    """Return `bill` in the currency of reports."""
    if not own.report_currency:
        return bill
    currency = import_module(".console", __package__).currency_of(own, stderr=True)
    ended = datetime.now(UTC)
    one: Bill = import_module("..report.currency", __package__).bill_in(
        bill, currency, ended - timedelta(seconds=seconds), ended
    )
    return one


def _print_bill(own: Settings, seconds: float) -> None:
    # Now, as the start must not wait for the import of Rich.
    out = import_module(".console", __package__).console(stderr=True)
    report = import_module("..report.bill", __package__)
    try:
        bill, diagnostics = left_in(own.folder)
    except FareboxError as error:
        out.print(f"farebox: no bill: {error}", style=styles.BAD, markup=False)
        return
    waiting = run_home.spools(own.folder)
    if out.is_terminal:
        # The program may have left its last line open.
        out.print()
    if bill.total.calls:
        out.print(report.bill_lines(_in_currency(own, bill, seconds), seconds))
    elif not waiting:
        out.print("farebox: no LLM call was recorded.", style=styles.WARNING, markup=False)
        for reason in import_module("..report.silence", __package__).reasons(diagnostics):
            out.print(f"  {reason}", markup=False)
    if waiting:
        out.print(
            "farebox: the ledger cannot be reached, calls wait in the spool: the next `farebox run` or `up` "
            "records them.",
            style=styles.WARNING,
            markup=False,
        )
