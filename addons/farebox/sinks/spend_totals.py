"""Sums of spend by name, kept up to date by the units of time that enter, leave or change. Pure."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

# Numbers of the names in one scope, or of all spend.
ALL = 0
_Name = tuple[int, str | None]


class Unit(NamedTuple):
    """The spend of an hour or a minute: by number of a name, nano-USD and the number of calls with a known cost."""

    ids: array[int]
    nanousd: array[int]
    known: array[int]

    @property
    def total(self) -> tuple[int, int]:
        """All nano-USD and calls of the unit; ALL is the first of the ids."""
        return (self.nanousd[0], self.known[0]) if self.ids else (0, 0)


class Names:
    """Numbers names by their scope, so that a unit takes 20 bytes for each; ALL is the number of all spend."""

    def __init__(self, scopes: int) -> None:
        self._ids: list[dict[str | None, int]] = [{} for _ in range(scopes)]
        self.names: list[_Name] = [(-1, None)]

    def __len__(self) -> int:
        return len(self.names)

    def unit(self, spent: Iterable[tuple[Sequence[str | None], int, int]]) -> Unit:
        """Return the Unit of what was `spent`: a name for each scope, nano-USD and calls."""
        sums: dict[int, list[int]] = {}
        whole = sums[ALL] = [0, 0]
        for names, nanousd, known in spent:
            whole[0] += nanousd
            whole[1] += known
            for scope, name in enumerate(names):
                id_ = self._ids[scope].get(name)
                if id_ is None:
                    id_ = self._number(scope, name)
                one = sums.get(id_)
                if one is None:
                    sums[id_] = [nanousd, known]
                else:
                    one[0] += nanousd
                    one[1] += known
        return Unit(array("I", sums), *(array("q", (one[place] for one in sums.values())) for place in (0, 1)))

    def _number(self, scope: int, name: str | None) -> int:
        self.names.append((scope, name))
        return self._ids[scope].setdefault(name, len(self.names) - 1)


class RunningTotals:
    """The sums of the units in a window of time."""

    def __init__(self) -> None:
        self._units: dict[datetime, Unit] = {}
        self._sums: dict[int, list[int]] = {}

    def update(self, units: Mapping[datetime, Unit]) -> None:
        """Take `units`, by the start of each, for those there were; only the differences are counted."""
        for at in [at for at, unit in self._units.items() if units.get(at) is not unit]:
            self._add(self._units.pop(at), -1)
        for at in units.keys() - self._units.keys():
            self._units[at] = units[at]
            self._add(units[at], 1)

    def items(self) -> Iterable[tuple[int, int]]:
        """Return the number of each name that has calls with a known cost, and its nano-USD."""
        return ((id_, one[0]) for id_, one in self._sums.items())

    def ids(self) -> Iterable[int]:
        """Return the number of each name that has calls with a known cost."""
        return self._sums.keys()

    def __getitem__(self, id_: int) -> int:
        return self._sums.get(id_, (0, 0))[0]

    def _add(self, unit: Unit, sign: int) -> None:
        sums = self._sums
        for id_, nanousd, known in zip(*unit, strict=True):
            one = sums.get(id_)
            if one is None:
                sums[id_] = [sign * nanousd, sign * known]
                continue
            one[0] += sign * nanousd
            one[1] += sign * known
            if not one[1]:
                del sums[id_]


def top(totals: Iterable[tuple[str | None, int]], number: int) -> dict[str, int]:
    """Return the `number` largest of `totals` by name, the rest as `other`, and without a name as `(unknown)`.

    Names that are equal then are added up: two series must not have the same labels.
    """
    ranked = sorted(totals, key=lambda one: (-one[1], one[0] or ""))
    named = [one for one in ranked if one[0] is not None]
    found: dict[str, int] = {}
    for place, (name, amount) in enumerate([*named, *(one for one in ranked if one[0] is None)]):
        label = "(unknown)" if name is None else name if place < number else "other"
        found[label] = found.get(label, 0) + amount
    return found
