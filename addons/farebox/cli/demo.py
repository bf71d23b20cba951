"""`farebox demo`."""

import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Annotated

import typer
from rich.console import Console

from ..config import settings as settings_module
from ..config.settings import Settings
from ..demo.provider import provider
from ..demo.session import HOSTS, play
from ..demo.settings import FOLDER, SIDECAR, demo_settings
from ..errors import FareboxError
from ..home.folder import CERTIFICATE, claim
from ..process.stopping import Signals, until_signalled
from ..report.table import report_table
from ..store import queries
from ..store.engine import Engine, opened
from ..store.migrate import migrate
from ..store.snapshot import snapshot
from ..store.summary import Scope, summarise
from ..supervisor import supervisor
from ..supervisor.supervisor import LifecycleHooks, Started
from .console import console, print_call
from .options import Config
from .report import ordered

_ROWS_SECONDS = 10.0
_ROWS = 1000
_BY = ("provider", "model")


def demo(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the sidecar and its metrics running until Ctrl-C.")
    ] = False,
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Play into this ledger, such as that of compose.yaml; default: the demo's own."
        ),
    ] = None,
    config: Config = None,
) -> None:
    """Play a session with a made-up provider through the real proxy and report it: no key, no network.

    The session has streams, cache reads and writes, reasoning, a refused call and its retry, an aborted call, a call
    without usage and a model without a price. The demo has its own ledger in the data folder, which the next demo
    replaces. Another ledger that you name gets its calls as those of the sidecar `demo`, and must have no other calls:
    made-up money must not mix with real money.

    - `farebox demo`
    - `farebox demo --keep`
    """
    settings = settings_module.load({}, config=config)
    with claim(settings.folder, "demo"):
        _play(settings, ledger, keep=keep)


def _play(settings: Settings, ledger: str | None, *, keep: bool) -> None:
    folder = settings.folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    out = console()
    out.print("A made-up provider, a made-up session, the real proxy:", style="dim")
    with provider(folder, HOSTS) as simulated, until_signalled() as stop:
        own = demo_settings(settings, folder, simulated.port, simulated.authority, ledger=ledger)
        with opened(own.ledger) as engine:
            is_complete = _Demo(own, engine, out, keep=keep).run(stop)
    if not is_complete:
        raise FareboxError("the demo was ended before its time: its ledger has a part of it")


class _Demo:
    def __init__(self, settings: Settings, engine: Engine, out: Console, *, keep: bool) -> None:
        self._settings = settings
        self._out = out
        self._keep = keep
        self._engine = engine
        self._played: Future[int] | None = None
        self._earlier = 0

    def run(self, stop: Signals) -> bool:
        """Play the session and report it; return whether it was played to its end."""
        with ThreadPoolExecutor(1) as thread:

            def start(started: Started) -> None:
                certificate = str(self._settings.folder / CERTIFICATE)
                self._played = thread.submit(play, started.proxy, certificate, self._wait_for)
                self._played.add_done_callback(lambda _played: self._stay(started) if self._keep else stop.end())

            hooks = LifecycleHooks(prepare=self._prepare, on_started=start)
            supervisor.run(self._settings, hooks, stop)
        is_complete = self._played is not None and self._played.exception() is None
        if is_complete and not self._keep:
            self._report()
        return is_complete

    def _prepare(self) -> None:
        migrate(self._engine)
        with snapshot(self._engine) as connection:
            sidecars = {group.key[0] for group in summarise(connection, Scope(), ("sidecar",))}
        self._earlier = len(queries.last_calls(self._engine, _ROWS))
        if sidecars - {SIDECAR}:
            raise FareboxError(
                "ledger: it has real calls, and the demo's are made up: name an empty ledger, or leave --ledger out"
            )

    def _stay(self, started: Started) -> None:
        """Print the report when every row is recorded, and the addresses of the metrics and the proxy."""
        self._wait_for(self._number)
        self._report()
        self._out.print(
            f"\nMetrics: {started.metrics}/metrics   Proxy: {started.proxy}   Ctrl-C stops it.", markup=False
        )

    def _wait_for(self, number: int) -> None:
        """Wait until so many calls of this session are recorded."""
        wanted, give_up = min(self._earlier + number, _ROWS), time.monotonic() + _ROWS_SECONDS
        while len(queries.last_calls(self._engine, _ROWS)) < wanted and time.monotonic() < give_up:
            time.sleep(0.1)

    @property
    def _number(self) -> int:
        return self._played.result() if self._played else 0

    def _report(self) -> None:
        for row in queries.last_calls(self._engine, _ROWS):
            print_call(self._out, row, self._settings.zone)
        with snapshot(self._engine) as connection:
            groups = summarise(connection, Scope(), _BY)
            [whole] = summarise(connection, Scope(), ())
        self._out.print()
        table = report_table(
            "Spend by provider and model", _BY, ordered(groups, _BY, {}), whole.sums, width=self._out.width
        )
        self._out.print(table)
        self._out.print(
            f"\nMore: farebox report --by outcome --ledger {self._settings.ledger_name}", markup=False, soft_wrap=True
        )
