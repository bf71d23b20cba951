"""`farebox show`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from ..config.settings import Settings
from ..errors import FareboxError
from ..pricing.cost import UNPRICED, lacked
from ..report.line import call_line
from ..report.missing import LACKS_PRICE, rule_for
from ..report.sheet import call_sheet, price_history
from ..store import queries
from ..store.reprices import history
from .console import console, currency_of
from .ledger import opened_ledger
from .options import Config, Ledger
from .reader_settings import settings_for_reading

_LIMIT = 20


def show(
    *,
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The call's id, its first or last four or more characters (`tail` prints the last eight), or the "
            "provider's id.",
        ),
    ],
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Print every column of one call that has a value.

    - `farebox show 9d25d99d`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    with opened_ledger(settings) as engine:
        found = queries.calls_named(engine, id, limit=_LIMIT)
        revisions = history(engine, found[0]) if len(found) == 1 else []
    if not found:
        raise FareboxError(
            f"no call {id!r} in {settings.ledger_name}: use the first or last four or more characters of an id; "
            "`farebox tail` prints the last eight"
        )
    if len(found) == 1:
        _print_call(found[0], revisions, settings)
    else:
        _print_list(found, settings)


def _print_call(row: Mapping[str, Any], revisions: Sequence[Mapping[str, Any]], settings: Settings) -> None:
    out, zone = console(), settings.zone
    out.print(call_sheet(row, zone, currency_of(settings)))
    if len(revisions) > 1:
        out.print(price_history(revisions, zone))
    if _lacks_price(row):
        out.print(f"\nTo give it a price, add to farebox.yaml:\n\nprices:\n{_rule(row)}", markup=False)


def _print_list(rows: Sequence[Mapping[str, Any]], settings: Settings) -> None:
    out, currency = console(), currency_of(settings)
    out.print(f"{len(rows)} calls have this id:")
    for row in rows:
        out.print(row["id"], call_line(row, settings.zone, out.width - len(row["id"]) - 1, currency))


def _rule(row: Mapping[str, Any]) -> str:
    model = row["model_requested"] or row["model_returned"]
    return rule_for(row["provider"], model, host=row["host"], units=lacked(row["cost_reasons"]))


def _lacks_price(row: Mapping[str, Any]) -> bool:
    """Return whether the call would have a cost if the user set a price."""
    reasons = row["cost_reasons"] or ()
    return bool(LACKS_PRICE.intersection(reasons) or (row["cost_status"] == UNPRICED and lacked(reasons)))
