"""Where an answer states its cost, as the user names it: a header or a field of a document. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from ..providers.table import host_matches
from ..records.exchange import Response
from ..records.reading import StatedCost

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,20})?(e-?\d{1,2})?", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELD = re.compile(r"[\w-]{1,64}(\.[\w-]{1,64}){0,7}")
_HOST = re.compile(r"[\w*.-]+")


class CostField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A response header, or a path of names into the answer's JSON, that holds the cost of the call in `unit`.

    It holds for the calls to `provider`, or to hosts like `host`; for all where neither is named.
    """

    header: str | None = None
    field: str | None = None
    unit: Literal["usd", "cent", "microusd", "nanousd"] = "usd"
    provider: str | None = None
    host: str | None = None

    @property
    def place(self) -> str:
        return self.field or (self.header or "").lower()

    def is_for(self, provider: str, host: str) -> bool:
        """Tell whether it holds for calls of `provider` to `host`."""
        return self.provider in {None, provider} and (self.host is None or host_matches(self.host, host))


class CostReader:
    """Reads what an answer with this head says: by the first of `fields` that it has, as it said last."""

    def __init__(self, fields: Iterable[CostField], response: Response) -> None:
        self._fields = tuple(fields)
        self._amounts = [number_in(response.header(one.place)) if one.header else None for one in self._fields]

    def see(self, data: object) -> None:
        """Look into one document of the answer."""
        for number, one in enumerate(self._fields):
            if one.field and (amount := number_in(_value(data, one.field))) is not None:
                self._amounts[number] = amount

    @property
    def stated(self) -> StatedCost | None:
        """What was found so far."""
        for one, amount in zip(self._fields, self._amounts, strict=True):
            if amount is not None:
                return StatedCost(one.place, amount, one.unit)
        return None


def number_in(value: object) -> str | None:
    """Return the digits of a number, or of a text that is one: no other text is kept."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    digits = value if isinstance(value, str) else repr(value)
    return digits if _NUMBER.fullmatch(digits) else None


def problems(fields: Iterable[CostField]) -> Iterator[str]:
    """Yield what is wrong with `fields`, each with its key and the fix."""
    for number, one in enumerate(fields):
        key = f"cost_fields[{number}]"
        if (one.header is None) == (one.field is None):
            yield f"{key}: name either a response header or a field of the answer's JSON, as usage.cost"
        if one.header is not None and not _HEADER.fullmatch(one.header):
            yield f"{key}.header: {one.header!r} is no name of a header"
        if one.field is not None and not _FIELD.fullmatch(one.field):
            yield f"{key}.field: {one.field!r} is no path: names with a dot between, as usage.cost"
        if one.host is not None and not _HOST.fullmatch(one.host):
            yield f"{key}.host: {one.host!r} is no host: write api.example.com or *.example.com, without a port"


def _value(data: object, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data
