"""What a priced call costs its user, by who pays for it."""

import msgspec

from ..billing.payer import FREE_TIER, INCLUDED_IN
from ..records.record import Record
from .cost import FREE, NONE, ON_PLAN

LIST_PRICE = "catalogue_cost_nanousd"


def is_included(row: Record) -> bool:
    """Tell whether a plan or reserved capacity pays for the call."""
    return row.billing in INCLUDED_IN


def paid(row: Record) -> Record:
    """Return the priced `row` at the cost to its user.

    What a plan or reserved capacity pays for is not billed by the call, so its cost is unknown, not 0; the price that
    it would have is its list price. A call on a free tier costs 0.
    """
    if row.cost_status == NONE or not (is_included(row) or row.billing == FREE_TIER):
        return row
    estimate = {LIST_PRICE if name == "cost_nanousd" else name: band for name, band in (row.estimate or {}).items()}
    cost, status, reasons = (None, ON_PLAN, row.cost_reasons) if is_included(row) else (0, FREE, [FREE_TIER])
    return msgspec.structs.replace(
        row,
        cost_nanousd=cost,
        cost_status=status,
        cost_reasons=reasons,
        estimate=estimate or None,
    )
