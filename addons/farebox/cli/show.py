"""`farebox show`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..config import settings as settings_module
from ..errors import FareboxError
from ..pricing.cost import UNPRICED, lacked
from ..report.line import call_line
from ..report.missing import LACKS_PRICE, rule_for
from ..report.sheet import call_sheet, price_history
from ..store import queries
from ..store.reprices import history
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger

_MOST = 20


def show(
    *,
    id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The call's id, four letters or more of its beginning or end (`tail` has that), or the provider's.",
        ),
    ],
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Print one call, whole: every column of its row that has a value."""
    settings = settings_module.load({"ledger": ledger}, config=config)
    with opened_ledger(settings) as engine:
        found = queries.calls_named(engine, id, limit=_MOST)
        revisions = history(engine, found[0]) if len(found) == 1 else []
    if not found:
        raise FareboxError(
            f"there is no call {id!r} in {settings.ledger_name}: the last four letters of an id do, "
            "`farebox tail` prints the last eight"
        )
    out = console()
    if len(found) == 1:
        out.print(call_sheet(found[0], settings.zone))
        if len(revisions) > 1:
            out.print(price_history(revisions, settings.zone))
        if _lacks_price(found[0]):
            out.print(f"\nA price for it, in farebox.yaml:\n\nprices:\n{_rule(found[0])}", markup=False)
        return
    out.print(f"{len(found)} calls have such an id:")
    for row in found:
        out.print(row["id"], call_line(row, settings.zone))


def _rule(row: Mapping[str, Any]) -> str:
    model = row["model_requested"] or row["model_returned"]
    return rule_for(row["provider"], model, host=row["host"], units=lacked(row["cost_reasons"]))


def _lacks_price(row: Mapping[str, Any]) -> bool:
    """Tell whether a price of the user's own would give the call its cost."""
    reasons = row["cost_reasons"] or ()
    return bool(LACKS_PRICE.intersection(reasons) or (row["cost_status"] == UNPRICED and lacked(reasons)))
