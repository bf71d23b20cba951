"""`farebox migrate --to`."""

from pathlib import Path

import typer

from ..config import settings as settings_module
from ..config.settings import Settings
from ..errors import FareboxError, LedgerAwayError, LedgerError, SettingsError
from ..report.figures import UNKNOWN, plural
from ..store.address import address
from ..store.engine import Engine, name, open_engine, opened
from ..store.migrate import migrate
from ..store.queries import number_of_calls
from ..store.summary import Scope
from ..store.transfer.copying import Copied, copy
from ..store.transfer.figures import Figures, differing
from .ledger import opened_ledger
from .progress import progress

_CLICKHOUSE = "clickhouse://"


def migrate_to(settings: Settings, to: str, config: Path | None) -> None:
    """Copy the ledger of `settings` to the one at `to` and print what both have. FareboxError if they differ."""
    url = _url(settings, to, config)
    with opened_ledger(settings) as source:
        number = number_of_calls(source, Scope())
        with opened(url) as target:
            with progress("Making the tables"):
                migrate(target)
            copied = _copy(source, target, number)
            _print(copied, source, target)


def _url(settings: Settings, to: str, config: Path | None) -> str:
    """Return the URL that `to` names; SettingsError if no ledger can be copied there."""
    try:
        url = settings_module.load({"ledger": to}, config=config).ledger
        open_engine(url, make_folder=False).dispose()
    except SettingsError as error:
        raise SettingsError(f"to: {str(error).removeprefix('--ledger: ').removeprefix('ledger: ')}") from error
    if settings.ledger.startswith(_CLICKHOUSE):
        raise SettingsError(
            f"ledger: {settings.ledger_name} is on ClickHouse, which farebox copies nothing from: use ClickHouse's own "
            "BACKUP and RESTORE, or `farebox export`"
        )
    if address(url) == address(settings.ledger):
        raise SettingsError(f"to: this is {settings.ledger_name}, the ledger itself: name another one")
    return url


def _copy(source: Engine, target: Engine, number: int) -> Copied:
    try:
        with progress("Calls copied", number) as advance:
            return copy(source, target, advance)
    except LedgerAwayError as error:
        raise LedgerError(f"{error}. What is copied stays: run the same command again to go on") from error


def _print(copied: Copied, source: Engine, target: Engine) -> None:
    """Print a line for each month, and raise FareboxError for those that differ."""
    wrong = {month: differing(*pair) for month, pair in copied.months.items() if pair[0] != pair[1]}
    for month, (own, theirs) in sorted(copied.months.items()):
        typer.echo(f"{month}: {_sums(own)}, " + ("the same in both" if month not in wrong else f"not {_sums(theirs)}"))
    for sentence in copied.told:
        typer.echo(f"farebox: {sentence}", err=True)
    if wrong:
        details = "; ".join(f"{month} in {', '.join(names[:5])}" for month, names in sorted(wrong.items()))
        raise FareboxError(
            f"{name(source)} and {name(target)} differ: {details}. If a sidecar or another copy writes to the "
            "target, let that end, and run the same command again"
        )
    number = sum(own["calls"] for own, _ in copied.months.values())
    typer.echo(f"{name(target)} has all {plural(number, 'call')} of {name(source)} ({copied.sent:,} sent)")


def _sums(figures: Figures) -> str:
    """Return the figures that people compare; the proof compares those of every column."""
    unknown = figures["calls"] - figures["known_cost_nanousd"]
    tokens = f"{_sum(figures, 'input_tokens')} input and {_sum(figures, 'output_tokens')} output tokens"
    cost = f"{_sum(figures, 'cost_nanousd')} nano-USD"
    return f"{plural(figures['calls'], 'call')}, {tokens}, {cost}, {unknown:,} without a cost"


def _sum(figures: Figures, column: str) -> str:
    return f"{figures[f'sum_{column}']:,}" if figures[f"known_{column}"] else UNKNOWN
