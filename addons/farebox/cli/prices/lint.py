"""`farebox prices lint`."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ...config import settings as settings_module
from ...config.settings import Settings
from ...config.sources import missed
from ...pricing.lint import Lint, Traffic, without_price
from ...pricing.overrides import Overrides
from ...pricing.standard import standard
from ...report.figures import plural
from ...report.missing import rule_for
from ...report.period import EXAMPLES, moment
from ...store.traffic import traffic
from ..ledger import opened_ledger
from ..options import Config, Ledger

_MOST = 20
Since = Annotated[
    str, typer.Option(metavar="WHEN", help=f"Which calls of the ledger to look at, from when: {EXAMPLES}.")
]


def lint(*, since: Since = "30d", ledger: Ledger = None, config: Config = None) -> None:
    """Find what is wrong with your own prices, and models that have none yet.

    Names rules that match nothing, never count or overlap, and aliases of models that nobody prices; the exit code is
    then 1. With a ledger, rules that its calls have no use for, too; and for models without a price, the lines to add.
    """
    settings = settings_module.load({"ledger": ledger}, config=config)
    now = datetime.now(UTC)
    start = moment(since, "since", now=now, zone=settings.zone)
    seen = _traffic(settings, start)
    look = Lint(Overrides(settings.prices), standard((), settings.folder), settings.table, now)
    found = [*look.findings(), *look.unused(seen, start)]
    for finding in found:
        typer.echo(finding)
    rules = plural(len(settings.prices), "rule")
    typer.echo(f"{rules} in `prices`: {plural(len(found), 'finding')}." if found else f"{rules} in `prices`: all well.")
    if not settings.prices and (nowhere := missed(config)):
        typer.echo(nowhere, err=True)
    for line in _missing(without_price(standard(settings.prices, settings.folder), seen)):
        typer.echo(line)
    if found:
        raise typer.Exit(1)


def _traffic(settings: Settings, start: datetime) -> Sequence[Traffic]:
    scheme, _, path = settings.ledger.partition(":///")
    if scheme.startswith("sqlite") and not Path(path).exists():
        return ()
    with opened_ledger(settings) as engine:
        return traffic(engine, start)


def _missing(unpriced: Sequence[Traffic]) -> Iterator[str]:
    if not unpriced:
        return
    yield "\nModels without a price, and the lines for farebox.yaml:\n"
    yield "prices:"
    for one in unpriced[:_MOST]:
        yield f"  # {plural(one.calls, 'call')} to {one.asked.host}"
        yield rule_for(one.asked.provider, one.asked.models[-1], host=one.asked.host, units=one.lacked)
    if len(unpriced) > _MOST:
        yield f"  # and {plural(len(unpriced) - _MOST, 'more model')}"
