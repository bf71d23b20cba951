"""Make the bill of one `farebox run` from the ledger, for the process that prints it."""

from ..errors import FareboxError, LedgerAwayError
from ..store.engine import Engine
from ..store.failures import failures
from ..store.run_bill import Bill
from ..store.snapshot import snapshot
from ..store.summary import doubts, summarise
from ..store.sums import Scope


def bill_of(engine: Engine, sidecar: str) -> Bill | str:
    """Return the bill of the calls of `sidecar`, or the reason why the ledger has none now."""
    scope = Scope(where=(("sidecar", (sidecar,)),))
    try:
        with snapshot(engine) as connection:
            groups = summarise(connection, scope, ("provider", "model"))
            [total] = summarise(connection, scope, ())
            uncertain, failed = doubts(connection, scope), failures(connection, scope)
    except (FareboxError, LedgerAwayError) as error:
        return str(error)
    groups.sort(key=lambda group: (-(group.sums.cost_nanousd or -1), str(group.key)))
    return Bill(groups, total.sums, uncertain, failed)
