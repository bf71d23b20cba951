"""`farebox prices drift`."""

import sys
from typing import Annotated

import typer

from ...report.drift import drift_json, drift_table
from ...store.drift import drift as found_drift
from ..console import console
from ..ledger import opened_ledger
from ..options import Config, Ledger, Since, TableOrJson, Until, Where
from ..reader_settings import settings_for_reading
from ..scope_options import scope_of


def drift(
    *,
    since: Since = "30d",
    until: Until = None,
    where: Where = None,
    format: Annotated[TableOrJson, typer.Option(help="table, or json with exact amounts.")] = TableOrJson.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Compare the catalogues with the calls whose cost the provider reported, model by model.

    - `farebox prices drift`
    - `farebox prices drift --since 7d --where provider=openrouter`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    with opened_ledger(settings) as engine:
        found = found_drift(engine, scope_of(settings, since, until, where))
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(drift_json(found))
    elif found:
        console().print(drift_table(found))
    else:
        typer.echo(f"No call since {since} has a reported cost in {settings.ledger_name}.")
