"""`farebox librechat reconcile`."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from ...errors import FareboxError
from ...librechat.reconciliation import reconcile as compare
from ...librechat.transactions import Transaction, transactions
from ...report.figures import plural
from ...report.reconciliation import reconciliation_json, reconciliation_table
from ...store.queries import all_calls
from ...store.summary import Scope
from ..console import console
from ..ledger import opened_ledger
from ..options import Config, Ledger, TableOrJson
from ..reader_settings import settings_for_reading

# A turn is booked at its end.
_AROUND = timedelta(hours=1)


def reconcile(
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The output of `mongoexport --collection=transactions`, lines or an array."
        ),
    ],
    format: Annotated[TableOrJson, typer.Option(help="table, or json with each booking, exact.")] = TableOrJson.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Compare LibreChat's own transactions with the ledger: booked, billed, and the difference by cause.

    A booking belongs to the call with its message id, else to the call of its conversation and model that ended just
    before it.

    - `mongoexport --uri=mongodb://localhost/LibreChat --collection=transactions | farebox librechat reconcile -`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    booked = _read(file)
    if not booked:
        typer.echo(f"{file}: no transactions of prompts or completions.")
        return
    start, end = min(one.at for one in booked) - _AROUND, max(one.at for one in booked) + _AROUND
    with opened_ledger(settings) as engine:
        calls = list(all_calls(engine, Scope(start, end)))
    found = compare(booked, calls)
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(reconciliation_json(found))
        return
    typer.echo(f"{plural(len(booked), 'transaction')}, {plural(len(calls), 'call')} in the ledger at that time.\n")
    console().print(reconciliation_table(found))


def _read(file: Path) -> Sequence[Transaction]:
    try:
        if str(file) == "-":
            return list(transactions(sys.stdin, "standard input"))
        with file.open(encoding="utf-8") as lines:
            return list(transactions(lines, str(file)))
    except OSError as error:
        raise FareboxError(
            f"{file}: cannot be read ({error.strerror}): name the file that mongoexport wrote"
        ) from error
    except UnicodeDecodeError as error:
        raise FareboxError(f"{file}: not a text file in UTF-8: name the file that mongoexport wrote") from error
