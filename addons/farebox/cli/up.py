"""`farebox up`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from .. import settings as settings_module
from ..folder import BUNDLE, CERTIFICATE
from ..settings import Settings
from ..store.engine import open_engine
from ..store.migrate import migrate
from ..supervisor import Started, run
from .options import Config, Ledger


def up(
    *,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to listen; default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(metavar="N", help="The proxy's port; default: 8080.")] = None,
    metrics_port: Annotated[
        int | None, typer.Option(metavar="N", help="The port of /metrics and /healthz; default: 9464.")
    ] = None,
    ledger: Ledger = None,
    config: Config = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Worker processes; this version runs 1.")] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="A further listener in one of mitmproxy's modes, such as reverse:https://api.deepseek.com@8101; "
            "repeatable.",
        ),
    ] = None,
    script: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A mitmproxy add-on to load as well; repeatable.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="A mitmproxy option; repeatable.")
    ] = None,
) -> None:
    """Run the sidecar: proxy LLM traffic, record every call, serve metrics, until SIGTERM or Ctrl-C."""
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
    settings = settings_module.load(given, config=config)
    migrate(open_engine(settings.ledger))
    run(settings, lambda started: typer.echo(banner(settings, started)))


def banner(settings: Settings, started: Started) -> str:
    """Return what `up` prints once it runs: where it is, and what to paste for a client."""
    proxy = started.listening[0].rpartition(" at ")[2]
    certificate, bundle = (shlex.quote(str(settings.folder / name)) for name in (CERTIFICATE, BUNDLE))
    command = shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "farebox" else "farebox"
    others = "".join(f"\n  also        {listener}" for listener in started.listening[1:])
    return f"""farebox is up
  proxy       http://{proxy}{others}
  metrics     {started.metrics}/metrics
  ledger      {settings.ledger}
  spool       {settings.spool}
  CA          {certificate}

Point a client at it:
  export HTTPS_PROXY=http://{proxy} HTTP_PROXY=http://{proxy} NO_PROXY=localhost,127.0.0.1
  export SSL_CERT_FILE={bundle} REQUESTS_CA_BUNDLE={bundle}
  export NODE_EXTRA_CA_CERTS={certificate} NODE_USE_ENV_PROXY=1

Read the ledger:
  {command} export --format jsonl --ledger {shlex.quote(settings.ledger)}"""
