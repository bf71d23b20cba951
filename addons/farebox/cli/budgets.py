"""`farebox budgets`."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from ..errors import SettingsError
from ..report.budgets import as_csv, as_json, budgets_table
from ..store.budgets import BudgetReader
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger
from .reader_settings import settings_for_reading
from .report import Format


def budgets(
    *,
    format: Annotated[Format, typer.Option(help="table, or json and csv with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Print what each budget has used, what is left of it, and where that leads.

    The budgets are those of farebox.yaml, and their days, weeks and months those of the setting `timezone`. Known costs
    count; what estimates add, and calls whose cost is unknown, are shown apart.

    - `farebox budgets`
    - `farebox budgets --format json`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    if not settings.budgets:
        raise SettingsError("budgets: there are none: add some to farebox.yaml as docs/budgets.md describes")
    now = datetime.now(UTC)
    with opened_ledger(settings) as engine:
        figures = BudgetReader(engine, settings.budgets, settings.zone).figures(now)
    if format is Format.JSON:
        sys.stdout.buffer.write(as_json(figures, now))
    elif format is Format.CSV:
        typer.echo(as_csv(figures), nl=False)
    else:
        out = console()
        shown = [replace(one, name=settings.names.shown(one.budget.scope, one.name)) for one in figures]
        out.print(budgets_table(shown, settings.budgets, settings.zone, width=out.width))
