"""`farebox prices drift`."""

import enum
import sys
from typing import Annotated

import typer

from ...report.drift import drift_json, drift_table
from ...store.drift import drift as found_drift
from ..console import console
from ..ledger import opened_ledger
from ..options import Config, Ledger, Until, Where
from ..reading import settings_for_reading
from ..scope import scope_of


class Format(enum.StrEnum):
    """The output formats of `prices drift`."""

    TABLE = "table"
    JSON = "json"


def drift(
    *,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Only calls from this time on, in the forms of `farebox report`.")
    ] = "30d",
    until: Until = None,
    where: Where = None,
    format: Annotated[Format, typer.Option(help="table, or json with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Compare the catalogues with the calls whose cost the provider reported, model by model."""
    settings = settings_for_reading({"ledger": ledger}, config)
    with opened_ledger(settings) as engine:
        found = found_drift(engine, scope_of(settings, since, until, where))
    if format is Format.JSON:
        sys.stdout.buffer.write(drift_json(found))
    elif found:
        console().print(drift_table(found))
    else:
        typer.echo(f"No call since {since} has a reported cost in {settings.ledger_name}.")
