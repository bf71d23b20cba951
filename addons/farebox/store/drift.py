"""How far catalogue prices differ from the costs that providers report."""

from dataclasses import dataclass

from sqlalchemy import Engine, case, func, select

from ..pricing.cost import REPORTED
from .current import at_current_prices
from .schema import calls
from .snapshot import snapshot
from .summary import MODEL, Scope, within


@dataclass(frozen=True, slots=True)
class Drift:
    """The calls to one model whose cost the provider reported, in sums of nano-USD.

    `reported` and `catalogue` cover the calls that have both; `unknown` counts those that no catalogue can price.
    """

    provider: str
    model: str | None
    calls: int
    reported: int
    catalogue: int
    unknown: int

    @property
    def difference(self) -> int:
        """How much more the catalogues charge."""
        return self.catalogue - self.reported


def drift(engine: Engine, scope: Scope) -> list[Drift]:
    """Return the Drift of each model in `scope`, the largest difference first."""
    is_known = calls.c.catalogue_cost_nanousd.is_not(None)
    sums = (
        func.sum(case((is_known, 1), else_=0)),
        func.coalesce(func.sum(case((is_known, calls.c.cost_nanousd))), 0),
        func.coalesce(func.sum(calls.c.catalogue_cost_nanousd), 0),
        func.sum(case((is_known, 0), else_=1)),
    )
    query = within(select(calls.c.provider, MODEL, *sums), scope).where(calls.c.cost_status == REPORTED)
    query = query.group_by(calls.c.provider, MODEL)
    with snapshot(engine) as connection:
        rows = connection.execute(at_current_prices(connection, query)).all()
    # Postgres sums BIGINT to NUMERIC.
    found = [Drift(provider, model, *map(int, amounts)) for provider, model, *amounts in rows]
    return sorted(found, key=lambda drift: (-abs(drift.difference), -drift.calls, drift.provider, drift.model or ""))
