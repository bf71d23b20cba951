"""How several queries of one moment become one table, a row for each set of labels. Pure data."""

from .fields import Json

_FIRST = (
    "alertname",
    "budget",
    "provider",
    "model",
    "instance",
    "kind",
    "outcome",
    "status",
    "window",
    "severity",
    "about",
    "version",
)


def joined(*left_out: str) -> tuple[Json, ...]:
    """Return the transformations; the columns `left_out` and the time of asking are not shown."""
    order = {name: place for place, name in enumerate(_FIRST)}
    hidden = dict.fromkeys(["Time", *left_out], True)
    return (
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": hidden, "indexByName": order, "renameByName": {}}},
    )
