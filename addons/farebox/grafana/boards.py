"""A board of one installation: its time zone, and its ledger, which Grafana may not be able to read. Pure."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
LEDGER = "grafana-postgresql-datasource"
_NO_LEDGER = "needs a ledger in Postgres or ClickHouse"


def in_zone(board: Json, zone: str) -> Json:
    """Return `board` with days cut and times shown in `zone`, the name of a time zone."""
    constant = {"query": zone, "current": {"text": zone, "value": zone}}
    variables = [
        {**variable, **constant} if variable["name"] == "tz" else variable for variable in board["templating"]["list"]
    ]
    return {**board, "timezone": zone, "templating": {"list": variables}}


def without_ledger(board: Json) -> Json:
    """Return `board` for a ledger that Grafana cannot read: each panel that asks it says so in its place."""
    variables = [variable for variable in board["templating"]["list"] if not _reads_ledger(variable)]
    return {
        **board,
        "templating": {"list": variables},
        "panels": [_explained(panel) if _reads_ledger(panel) else panel for panel in board["panels"]],
    }


def _reads_ledger(part: Json) -> bool:
    """Tell whether a panel or a variable asks the ledger, or chooses it."""
    if part["type"] == "datasource":
        return bool(part["query"] == LEDGER)
    return any(source == LEDGER for source in _sources(part))


def _sources(part: Json) -> Iterator[str]:
    source = part.get("datasource")
    if isinstance(source, dict):
        yield source["type"]


def _explained(panel: Json) -> Json:
    return {
        **{key: panel[key] for key in ("id", "title", "description", "gridPos")},
        "type": "text",
        "options": {"mode": "markdown", "content": f"*{_NO_LEDGER}*", "code": _CODE},
        "fieldConfig": {"defaults": {}, "overrides": []},
    }


_CODE = {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False}
