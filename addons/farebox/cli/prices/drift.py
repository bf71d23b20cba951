"""`farebox prices drift`."""

import enum
import sys
from typing import Annotated

import typer

from ...config import settings as settings_module
from ...report.drift import drift_json, drift_table
from ...store.drift import drift as found_drift
from ..console import console
from ..ledger import opened_ledger
from ..options import Config, Ledger, Until, Where
from ..scope import scope_of


class Format(enum.StrEnum):
    """What `prices drift` can print."""

    TABLE = "table"
    JSON = "json"


def drift(
    *,
    since: Annotated[str, typer.Option(metavar="WHEN", help="From when on, as in `farebox report`.")] = "30d",
    until: Until = None,
    where: Where = None,
    format: Annotated[Format, typer.Option(help="table to read; json with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Hold the catalogues against the calls whose cost the provider itself stated, model by model."""
    settings = settings_module.load({"ledger": ledger}, config=config)
    with opened_ledger(settings) as engine:
        found = found_drift(engine, scope_of(settings, since, until, where))
    if format is Format.JSON:
        sys.stdout.buffer.write(drift_json(found))
    elif found:
        console().print(drift_table(found))
    else:
        typer.echo(f"No call since {since} states its cost in {settings.ledger_name}.")
