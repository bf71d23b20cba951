"""`farebox prices lint`."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ...config.files import missed
from ...config.settings import Settings
from ...pricing.exchange_rates import ExchangeRates
from ...pricing.lint import Lint, Traffic, without_price
from ...pricing.overrides import Overrides
from ...pricing.standard import standard
from ...records.host_port import host_port
from ...report.figures import plural
from ...report.missing import rule_for
from ...report.period import EXAMPLES, moment
from ...store.traffic import traffic
from ..ledger import opened_ledger
from ..options import Config, Ledger
from ..reader_settings import settings_for_reading

_LIMIT, _HTTPS = 20, 443
Since = Annotated[str, typer.Option(metavar="WHEN", help=f"Only calls of the ledger from this time on: {EXAMPLES}.")]


def lint(*, since: Since = "30d", ledger: Ledger = None, config: Config = None) -> None:
    """Find mistakes in your own prices, and models without a price.

    Reports rules that match nothing, are never used or overlap, and aliases of models that no catalogue has; the exit
    code is then 1. With a ledger, it also reports rules that no call used, and the lines to add for models without a
    price.

    - `farebox prices lint`
    - `farebox prices lint --since 7d`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    now = datetime.now(UTC)
    start = moment(since, "since", now=now, zone=settings.zone)
    seen = _traffic(settings, start)
    own = Overrides(settings.prices, exchange=ExchangeRates(settings.currency))
    checks = Lint(own, standard((), settings.folder, settings.currency), settings.table, now)
    found = [*checks.findings(), *checks.unused(seen, start)]
    missing = list(_missing(without_price(standard(settings.prices, settings.folder, settings.currency), seen)))
    # Before the first line, so that it doesn't stand among lines that are to be copied.
    if not settings.prices and (hint := missed(config)):
        typer.echo(hint, err=True)
    for finding in found:
        typer.echo(finding)
    rules = plural(len(settings.prices), "rule")
    typer.echo(
        f"{rules} in `prices`: {plural(len(found), 'finding')}." if found else f"{rules} in `prices`: no findings."
    )
    for line in missing:
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
    yield "\nModels without a price; add these lines to farebox.yaml:\n"
    yield "prices:"
    for one in unpriced[:_LIMIT]:
        host = host_port(one.asked.host, one.asked.port or _HTTPS)
        yield f"  # {plural(one.calls, 'call')} to {host}"
        yield rule_for(one.asked.provider, one.asked.models[-1], host=host, units=one.lacked)
    if len(unpriced) > _LIMIT:
        yield f"  # and {plural(len(unpriced) - _LIMIT, 'more model')}"
