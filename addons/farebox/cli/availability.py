"""`farebox availability`."""

import enum
import sys
from typing import Annotated

import typer

from ..analysis.availability import availability as availability_of
from ..report.availability import availability_json, availability_table
from ..store.totals import totals
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, Since, TableOrJson, Until, Where
from .reader_settings import settings_for_reading
from .scope_options import scope_of


class By(enum.StrEnum):
    """What `availability` can be told of."""

    PROVIDER = "provider"
    HOST = "host"
    MODEL = "model"


def availability(
    *,
    by: Annotated[By, typer.Option(help="Show a row for each provider, host or model.")] = By.PROVIDER,
    since: Since = "30d",
    until: Until = None,
    where: Where = None,
    format: Annotated[TableOrJson, typer.Option(help="table, or json with exact counts.")] = TableOrJson.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Show how often each provider answered your clients, the worst first.

    Failures are 429, 408 and 5xx, connections that failed, and answers that were cut short. Each attempt counts. Other
    4xx are the client's, and a client that hangs up tells nothing, so these calls are not counted.

    - `farebox availability --since 7d`
    - `farebox availability --by model --where provider=openrouter`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    scope = scope_of(settings, since, until, where)
    with opened_ledger(settings) as engine:
        groups = totals(engine, scope, (by.value, "status", "outcome"), lambda _first, _last: ()).groups
    found = availability_of(groups)
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(availability_json(by.value, found))
    elif not found:
        typer.echo(f"No calls since {since} in {settings.ledger_name}.")
    else:
        title = f"Availability by {by.value}, since {since} ({settings.timezone})"
        out = console()
        out.print(availability_table(title, by.value, found, width=out.width))
