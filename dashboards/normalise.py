"""The one pass over what grafanalib makes: from its old shapes to the JSON that Grafana 11 to 13 loads as it is."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

SCHEMA = 41
_BOARD = ("__inputs", "hideControls", "rows", "sharedCrosshair", "style", "gnetId")
_PANEL = ("editable", "error", "color", "columns", "fontSize", "mappings", "height", "span", "minSpan", "cacheTimeout")
_TARGET = ("metric", "query", "step", "target", "intervalFactor")
_ROW = ("id", "type", "title", "gridPos", "collapsed")
# Fields of Prometheus' targets that one of SQL has no use for.
_CLICKHOUSE = "grafana-clickhouse-datasource"
_PROMETHEUS = ("expr", "legendFormat", "instant", "interval")


def normalise(board: Json) -> Json:
    """Return `board`, a dict of plain JSON, without None and what Grafana no longer knows, and with what it wants."""
    kept: Json = _without_none(_without(board, *_BOARD))
    kept["schemaVersion"] = SCHEMA
    kept["timepicker"] = {}
    kept["panels"] = [_panel(panel) for panel in kept["panels"]]
    return kept


def _panel(panel: Json) -> Json:
    kept = _without(panel, *_PANEL)
    if kept["type"] == "row":
        return {**{key: kept[key] for key in _ROW}, "panels": []}
    kept["targets"] = [_target(target) for target in kept.get("targets", [])]
    if not kept["targets"]:
        kept.pop("targets")
    for steps in _levels(kept.get("fieldConfig", {})):
        # The first step begins at minus infinity, which JSON writes as null: the one null that stays.
        steps[0]["value"] = None
    return kept


def _levels(fields: Json) -> Iterator[list[Json]]:
    """Yield the steps of all thresholds, of the panel and of single fields."""
    properties = (one for override in fields.get("overrides", []) for one in override["properties"])
    found = [one["value"] for one in properties if one["id"] == "thresholds"]
    for thresholds in [*found, fields.get("defaults", {}).get("thresholds", {})]:
        if thresholds.get("steps"):
            yield thresholds["steps"]


def _target(target: Json) -> Json:
    kept = _without(target, *_TARGET)
    if kept.get("datasource", {}).get("type") == _CLICKHOUSE:
        is_table = kept["format"] == "table"
        return {
            **{key: kept[key] for key in ("datasource", "hide", "rawSql", "refId") if key in kept},
            "editorType": "sql",
            "queryType": "table" if is_table else "timeseries",
            "format": 1 if is_table else 0,
            # Of the editor that this form of a target is of; the data source would rewrite one of before 4.
            "pluginVersion": "4.0.0",
        }
    if "rawSql" in kept:
        return {**_without(kept, *_PROMETHEUS), "editorMode": "code", "rawQuery": True}
    return {**kept, "editorMode": "code", "range": not kept["instant"]}


def _without(whole: Json, *names: str) -> Json:
    return {key: value for key, value in whole.items() if key not in names}


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_none(one) for one in value]
    return value
