"""What `farebox up` prints on a terminal: calls as they end, what a stop waits for, and the total at the end."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import typer

from ..config.settings import Settings
from ..errors import FareboxError
from ..report.figures import converted, count, plural, usd
from ..supervisor.health import ask
from ..supervisor.supervisor import Started

_HEALTH_SECONDS = 1.0
_RETRY_SECONDS = 1.0


class Session:
    """One `farebox up` on a terminal; without one, or if it `is_quiet`, it prints no calls, and no total."""

    def __init__(self, settings: Settings, *, is_quiet: bool) -> None:
        self._settings = settings
        self._prints = sys.stdout.isatty() and not is_quiet
        self._began = datetime.now(UTC)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Print the total when the block ends."""
        try:
            yield
        finally:
            self._ended.set()
            if self._thread is not None:
                self._thread.join()
                self._print_total()

    def begin(self) -> None:
        """Print calls from now on, on a thread."""
        if self._prints:
            self._thread = threading.Thread(target=self._print_calls, name="calls", daemon=True)
            self._thread.start()

    def stop(self, started: Started) -> None:
        """Say which calls the stop waits for, how long, and how to cut them."""
        health = ask(started.metrics, _HEALTH_SECONDS) if sys.stderr.isatty() else None
        if health is not None and health.inflight:
            calls, most = plural(health.inflight, "call"), self._settings.shutdown_timeout
            get = "gets" if health.inflight == 1 else "get"
            typer.echo(
                f"farebox: stopping: {calls} under way {get} up to {most:g} s to end; Ctrl-C again cuts them", err=True
            )

    def _print_calls(self) -> None:
        # The start doesn't wait for these imports, and piped output needs none of them.
        console, tail = (import_module(name, __package__) for name in (".console", ".tail"))
        out, currency = console.console(), console.currency_of(self._settings)
        while not self._ended.is_set():
            with suppress(FareboxError), self._engine() as engine:
                for row in tail.new_calls(engine, self._ended.wait, start=self._began):
                    console.print_call(out, row, self._settings.zone, currency)
            self._ended.wait(_RETRY_SECONDS)

    def _print_total(self) -> None:
        summary, sums = (import_module(f"..store.{name}", __package__) for name in ("summary", "sums"))
        currency, console = (import_module(name, __package__) for name in ("..report.currency", ".console"))
        scope = sums.Scope(start=self._began, where=(("sidecar", (self._settings.sidecar,)),))
        shown_in = console.currency_of(self._settings)
        with suppress(FareboxError), self._engine() as engine, engine.connect() as connection:
            [total] = summary.summarise(connection, scope, ())
            typer.echo(total_line(currency.sums_in(total.sums, shown_in, self._began, datetime.now(UTC))))

    def _engine(self) -> Any:
        return import_module("..store.engine", __package__).opened(
            self._settings.ledger, make_folder=False, patience=_HEALTH_SECONDS
        )


def total_line(sums: Any) -> str:
    """Return the sentence about the calls of a session."""
    if not sums.calls:
        return "farebox: stopped; no call was recorded"
    known = None if sums.cost_nanousd is None else _spend(sums) + ("+" if sums.unpriced else "")
    unpriced = f"{plural(sums.unpriced, 'call')} without a price" if sums.unpriced else None
    cost = ", ".join(filter(None, (known, unpriced))) or "nothing billed"
    return (
        f"farebox: stopped; {plural(sums.calls, 'call')}, {count(sums.input_tokens)} tokens in, "
        f"{count(sums.output_tokens)} out, {cost}"
    )


def _spend(sums: Any) -> str:
    return converted(sums.converted) if sums.converted else usd(sums.cost_nanousd)
