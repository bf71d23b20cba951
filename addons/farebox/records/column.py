"""What is known about a column of the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import NamedTuple, get_args, get_origin

import msgspec


class Dimension(NamedTuple):
    """A column that the hourly sums are grouped by.

    `place` is where its value stands in the key of a row, so it never changes; `name` is the hourly column's.
    `by_caller` is True where only the sums by caller have it.
    """

    place: int
    name: str = ""
    by_caller: bool = False


class Sum(NamedTuple):
    """A column that the hourly sums add up.

    `histogram` names the tables that also count calls by it; where `by_caller` is False, the sums by caller leave it
    out.
    """

    histogram: tuple[str, ...] = ()
    by_caller: bool = True


class About(NamedTuple):
    """What is known about a column: its group, its meaning and, for an amount, the total that it lies within."""

    group: str
    meaning: str
    within: str | None = None
    rollup: Dimension | Sum | None = None
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column by name: its Python type without None, whether it may be NULL, and the rest as in About."""

    name: str
    kind: type
    is_nullable: bool
    group: str
    meaning: str
    within: str | None
    rollup: Dimension | Sum | None
    is_small: bool

    @property
    def is_json(self) -> bool:
        """Tell whether the ledger holds it as JSON."""
        return self.kind in (dict, list)


def columns_of(*structs: type[msgspec.Struct]) -> Iterator[Column]:
    """Yield the columns that the fields of `structs`, annotated with About, stand for."""
    for field in (field for struct in structs for field in msgspec.structs.fields(struct)):
        annotated, about = get_args(field.type)
        [kind] = {get_origin(kind) or kind for kind in get_args(annotated) or (annotated,) if kind is not NoneType}
        yield Column(field.name, kind, not field.required, *about)
