"""`farebox up`."""

import os
import shlex
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from ..config import files
from ..config.access import is_wide
from ..config.idle import idle
from ..config.settings import Settings
from ..config.upstream_proxy import AUTO, NEVER, parse
from ..errors import FareboxError
from ..home.folder import BUNDLE, CERTIFICATE
from ..process.chain import chained
from ..process.child import SpawnOptions
from ..process.client_environment import ProxyEndpoint, client_variables
from ..process.ports import EVERY, addresses, url
from ..process.stopping import until_signalled
from ..supervisor.run_home import recover_orphans
from ..supervisor.supervisor import LifecycleHooks, Started, run
from . import settings_files
from .options import Config, Host, Ledger, MetricsPort, Mode, Port, Script, Set, Workers
from .session import Session


def up(
    *,
    host: Host = None,
    port: Port = None,
    metrics_port: MetricsPort = None,
    ledger: Ledger = None,
    config: Config = None,
    workers: Workers = None,
    mode: Mode = None,
    script: Script = None,
    set_: Set = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no calls as they end, and no total.")] = False,
) -> None:
    """Run the sidecar until SIGTERM or Ctrl-C: proxy LLM traffic, record every call, serve metrics.

    On a terminal, it prints calls as they end, and their total when it stops. Ctrl-C lets calls under way end; Ctrl-C
    again cuts them.

    - `farebox up`
    - `farebox up --port 9090 --ledger postgresql://farebox@db/farebox`
    - `farebox up --mode reverse:https://api.deepseek.com@8101`
    """
    given = {
        "host": host,
        "port": port,
        "metrics_port": metrics_port,
        "ledger": ledger,
        "workers": workers,
        "mode": mode,
        "script": [str(path.absolute()) for path in script or ()],
        "set": set_,
    }
    settings = chained(settings_files.load(given, config), os.environ)
    _serve(settings, Session(settings, is_quiet=quiet), _warnings(settings, config))


def _serve(settings: Settings, session: Session, warnings: list[str]) -> None:
    def on_started(started: Started) -> None:
        _announce(settings, started, warnings)
        session.begin()

    hooks = LifecycleHooks(lambda: recover_orphans(settings), on_started, session.stop)
    with until_signalled() as stop, session.open():
        run(settings, hooks, stop, SpawnOptions(forks=True))
    if stop.is_urgent:
        raise FareboxError("stopped at once: calls under way were cut, the next start records what is in the spool")


def _announce(settings: Settings, started: Started, warnings: list[str]) -> None:
    typer.echo(banner(settings, started))
    for warning in warnings:
        typer.echo(f"farebox: warning: {warning}", err=True)
    sys.stdout.flush()


def _warnings(settings: Settings, config: Path | None) -> list[str]:
    """Return the entries of the settings that can match nothing, each with its file and line."""
    found = idle(settings)
    if settings.prices:
        # The supervisor keeps what it imports, and most settings have no prices.
        found = import_module("..doctor.idle_settings", __package__).entries(settings, datetime.now(UTC))
    paths = files.found(config, os.environ)
    return [files.at_place(problem, paths) for problem in found]


def banner(settings: Settings, started: Started) -> str:
    """Return what `up` prints when it runs: its addresses, and the environment variables for a client."""
    endpoint = ProxyEndpoint(started.proxy, str(settings.folder / CERTIFICATE), str(settings.folder / BUNDLE))
    command = shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "farebox" else "farebox"
    listeners = "".join(f"\n  also        {listener}" for listener in started.listening[1:])
    upstream = parse(settings.upstream_proxy)
    chain = f"\n  through     {upstream.url}" if upstream and settings.upstream_proxy not in {AUTO, NEVER} else ""
    workers = f"\n  workers     {settings.workers}" if settings.workers > 1 else ""
    exports = "\n".join(
        f"  export {name}={shlex.quote(value)}"
        for name, value in client_variables(endpoint, "localhost,127.0.0.1").items()
    )
    return f"""farebox is up
  proxy       {started.proxy}{_for_others(settings, started)}{listeners}{chain}{workers}
  metrics     {started.metrics}/metrics
  ledger      {settings.ledger_name}
  spool       {settings.spool_folder}
  CA          {shlex.quote(endpoint.certificate)}

Point a client at it:
{exports}

Read the ledger:
{_report_command(settings, command)}"""


def _for_others(settings: Settings, started: Started) -> str:
    """Return a line with the URLs by which other machines reach the proxy; empty if they don't."""
    if not is_wide(settings.host):
        return ""
    reached = addresses() if settings.host in EVERY else [settings.host]
    urls = [url(address, urlsplit(started.proxy).port or 0) for address in reached]
    return f"\n  others      {', '.join(urls) or 'this machine has no other address'}"


def _report_command(settings: Settings, command: str) -> str:
    ledger = shlex.quote(settings.ledger_name)
    if settings.ledger_name == settings.ledger:
        return f"  {command} report --ledger {ledger}"
    return f"  export FAREBOX_LEDGER={ledger}  # with the password for ***\n  {command} report"
