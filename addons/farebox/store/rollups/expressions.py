"""The columns of the hourly tables, as expressions over `calls`."""

from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func

from ..schema import calls
from ..summary import CACHEABLE, MODEL
from .histogram import BOUNDS
from .tables import CACHEABLE as CACHEABLE_TOKENS
from .tables import RollupTable


def dimension(name: str) -> ColumnElement[Any]:
    """Return a dimension of the hourly tables as a call has it."""
    return MODEL if name == "model" else calls.c[name]


def numbers(rollup: RollupTable) -> list[ColumnElement[Any]]:
    """Return the sums of `rollup.numbers` over a group of calls, each under its name."""
    sums: list[ColumnElement[Any]] = [func.count()]
    for name in rollup.measures:
        amount = CACHEABLE if name == CACHEABLE_TOKENS else calls.c[name]
        sums += func.sum(amount), func.count(amount)
    for name in rollup.histograms:
        amount = calls.c[name]
        sums.append(func.count(case((amount <= BOUNDS[0], 1))))
        sums += (func.count(case((and_(amount > low, amount <= high), 1))) for low, high in pairwise(BOUNDS))
    return [total.label(name) for total, name in zip(sums, rollup.numbers, strict=True)]
