"""The label sets of the metrics, as the hourly sums of the last days have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from .rollups.tables import BY_MODEL, known
from .schema import hourly
from .snapshot import snapshot

# More than the metrics have room for.
LIMIT = 10_000
_TABLE = hourly[BY_MODEL.table].c
_DIMENSIONS = ("provider", "model", "operation", "outcome", "status", "cost_status")


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A combination of labels, and of how many of its calls each measure of the hourly sums is `known`."""

    provider: str
    model: str | None
    operation: str | None
    outcome: str
    status: int | None
    cost_status: str
    known: Mapping[str, int]


def label_sets(engine: Engine, since: datetime) -> list[LabelSet]:
    """Return the combinations in the hours from `since` on, the most frequent first. LedgerAwayError."""
    keys = [_TABLE[name] for name in _DIMENSIONS]
    counts = [func.sum(_TABLE[known(measure)]) for measure in BY_MODEL.measures]
    query = select(*keys, *counts).where(_TABLE.hour >= since).group_by(*keys)
    with snapshot(engine) as connection:
        found = connection.execute(query.order_by(func.sum(_TABLE.calls).desc()).limit(LIMIT)).all()
    return [_label_set(*row) for row in found]


def _label_set(
    provider: str,
    model: str | None,
    operation: str | None,
    outcome: str,
    status: int | None,
    cost_status: str,
    *counts: int,
) -> LabelSet:
    known_calls = dict(zip(BY_MODEL.measures, map(int, counts), strict=True))
    return LabelSet(provider, model, operation, outcome, status, cost_status, known_calls)
