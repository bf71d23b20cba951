"""`farebox params`."""

import sys
from typing import Annotated

import typer

from ..analysis.params import param_uses, to_drop
from ..report.params import drop_lines, params_json, params_table
from ..store.parameters import parameters
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, Since, TableOrJson, Until, Where
from .reader_settings import settings_for_reading
from .scope_options import scope_of


def params(
    *,
    since: Since = "30d",
    until: Until = None,
    where: Where = None,
    all: Annotated[
        bool, typer.Option("--all", help="Also list parameters that were neither refused nor documented.")
    ] = False,
    format: Annotated[TableOrJson, typer.Option(help="table, or json with every parameter.")] = TableOrJson.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """List request parameters that models refused or ignore, and print LibreChat's dropParams for them.

    A parameter is to be dropped only if answers with 400 or 422 named it and no call with it succeeded.

    - `farebox params`
    - `farebox params --since 7d --where provider=mistral`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    with opened_ledger(settings) as engine:
        uses = param_uses(parameters(engine, scope_of(settings, since, until, where)))
    drops = to_drop(uses)
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(params_json(uses, drops))
        return
    shown = [one for one in uses if all or one.refused or one.ignored]
    if not shown:
        typer.echo(f"No parameter was refused or is documented to be ignored since {since} in {settings.ledger_name}.")
        return
    out = console()
    out.print(params_table(shown, width=out.width))
    if drops:
        typer.echo("\nIn the endpoint of this host in librechat.yaml:\n")
    for line in drop_lines(drops):
        typer.echo(line)
