"""A Record without anything that a healthy database could refuse. Pure."""

from typing import Any

import msgspec

from ..records.record import Record

# Large enough for real calls; the sum of a whole batch stays far from the limit of 64 bits.
_NUMBER_LIMIT = 1 << 40
_TEXT_LIMIT = 200
_REQUIRED = {"provider": "unknown", "host": "unknown", "outcome": "ok", "usage_source": "none", "cost_status": "none"}
_KEPT_AS_IS = frozenset({"id", "started_at"})


def plain(record: Record) -> Record:
    """Return `record` with its plain values only: short printable ASCII, and numbers of a usual size.

    Other values become NULL. A database that refuses the result refuses ordinary calls.
    """
    fields = msgspec.structs.asdict(record)
    values = {name: value for name, value in fields.items() if name in _KEPT_AS_IS or _is_plain(value)}
    return Record(**{**_REQUIRED, **values})


def _is_plain(value: Any) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return 0 <= value <= _NUMBER_LIMIT
    return isinstance(value, str) and len(value) <= _TEXT_LIMIT and value.isascii() and value.isprintable()
