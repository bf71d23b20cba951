"""The cost that a response states in a header or JSON field that the user configured. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from ..providers.hosts import host_matches
from ..providers.table import NOBODY, Provider
from ..records.exchange import Response
from ..records.reading import StatedCost

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,20})?(e-?\d{1,2})?", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELD = re.compile(r"[\w-]{1,64}(\.[\w-]{1,64}){0,7}")
_HOST = re.compile(r"[\w*.-]+")


class CostField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A response header, or a dotted path into the response's JSON, that contains the cost of the call in `unit`.

    It applies to calls to `provider` and to hosts that match `host`; to all calls if neither is set, but then the cost
    counts only at hosts whose provider is known.
    """

    header: str | None = None
    field: str | None = None
    unit: Literal["usd", "cent", "microusd", "nanousd", "nanocent"] = "usd"
    provider: str | None = None
    host: str | None = None

    @property
    def place(self) -> str:
        return self.field or (self.header or "").lower()

    def is_for(self, provider: str, host: str) -> bool:
        """Return whether it applies to calls to `provider` at `host`."""
        return self.provider in {None, provider} and (self.host is None or host_matches(self.host, host))


class CostReader:
    """Reads the cost of one response: the last value of the first of `fields` that the response contains."""

    def __init__(self, fields: Iterable[CostField], response: Response) -> None:
        self._fields = tuple(fields)
        self._amounts = [number_in(response.header(field.place)) if field.header else None for field in self._fields]

    def see(self, data: object) -> None:
        """Read one document of the response."""
        for number, field in enumerate(self._fields):
            if field.field and (amount := number_in(_value(data, field.field))) is not None:
                self._amounts[number] = amount

    def reads(self, data: object) -> bool:
        """Tell whether a document states a cost."""
        return any(field.field and number_in(_value(data, field.field)) is not None for field in self._fields)

    @property
    def stated(self) -> StatedCost | None:
        """The cost found so far."""
        found = self._found
        return None if found is None else StatedCost(found[0].place, found[1], found[0].unit)

    def is_believed_of(self, billed_by: Provider) -> bool:
        """Tell whether a cost that the response of `billed_by` states counts: any server could state one.

        It does if the user named the host at whose place it was found.
        """
        if self._found is not None and self._found[0].host is not None:
            return True
        if self._found is not None:
            return billed_by is not NOBODY
        return billed_by.bills_as_stated or billed_by.is_configured

    @property
    def _found(self) -> tuple[CostField, str] | None:
        pairs = zip(self._fields, self._amounts, strict=True)
        return next(((field, amount) for field, amount in pairs if amount is not None), None)


def number_in(value: object) -> str | None:
    """Return the digits of a number, or of a string that contains only a number; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    digits = value if isinstance(value, str) else repr(value)
    return digits if _NUMBER.fullmatch(digits) else None


def problems(fields: Iterable[CostField]) -> Iterator[str]:
    """Yield an error for each invalid field, with its key and the fix."""
    for number, field in enumerate(fields):
        key = f"cost_fields[{number}]"
        if (field.header is None) == (field.field is None):
            yield f"{key}: set either `header` or `field`, a path into the response's JSON such as usage.cost"
        if field.header is not None and not _HEADER.fullmatch(field.header):
            yield f"{key}.header: {field.header!r} is not a header name: use letters, digits, - and _"
        if field.field is not None and not _FIELD.fullmatch(field.field):
            yield f"{key}.field: {field.field!r} is not a path: separate names by dots, as in usage.cost"
        if field.host is not None and not _HOST.fullmatch(field.host):
            yield f"{key}.host: {field.host!r} is not a host: use api.example.com or *.example.com, without a port"


def _value(data: object, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data
