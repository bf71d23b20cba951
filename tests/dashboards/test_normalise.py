"""The pass over grafanalib's output."""

from typing import Any

import pytest

from dashboards.normalise import normalise


def board(*panels: dict[str, Any]) -> dict[str, Any]:
    return {"title": "t", "rows": [], "style": "dark", "templating": {"list": []}, "panels": list(panels), "id": None}


def test_what_newer_grafanas_no_longer_know_is_left_out() -> None:
    made = normalise(board({"type": "stat", "title": "a", "editable": True, "error": False, "span": None}))

    assert "style" not in made
    assert made["panels"] == [{"type": "stat", "title": "a"}]


def test_nulls_go_but_for_the_start_of_the_first_threshold() -> None:
    steps = [{"value": None, "color": "green"}, {"value": 1, "color": "red"}]
    fields = {"defaults": {"thresholds": {"steps": steps}, "decimals": None}}

    [panel] = normalise(board({"type": "stat", "fieldConfig": fields}))["panels"]

    assert panel["fieldConfig"]["defaults"] == {"thresholds": {"steps": steps}}


def test_a_query_in_sql_has_nothing_of_prometheus() -> None:
    target = {"rawSql": "SELECT 1", "format": "table", "expr": "", "step": 10, "instant": False, "legendFormat": ""}

    [panel] = normalise(board({"type": "table", "targets": [target]}))["panels"]

    assert panel["targets"] == [{"rawSql": "SELECT 1", "format": "table", "editorMode": "code", "rawQuery": True}]


@pytest.mark.parametrize(("form", "told"), [("table", (1, "table")), ("time_series", (0, "timeseries"))])
def test_a_query_to_clickhouse_is_what_its_data_source_reads(form: str, told: tuple[int, str]) -> None:
    source = {"type": "grafana-clickhouse-datasource", "uid": "${ledger}"}
    target = {"rawSql": "SELECT 1", "format": form, "expr": "", "rawQuery": True, "refId": "A", "datasource": source}

    [panel] = normalise(board({"type": "table", "targets": [target]}))["panels"]

    [made] = panel["targets"]
    assert (made.pop("format"), made.pop("queryType")) == told
    assert made == {
        "datasource": source,
        "editorType": "sql",
        "pluginVersion": "4.0.0",
        "rawSql": "SELECT 1",
        "refId": "A",
    }


def test_a_query_in_promql_is_of_a_moment_or_of_a_range() -> None:
    targets = [{"expr": "up", "instant": instant, "metric": "", "intervalFactor": 2} for instant in (True, False)]

    [panel] = normalise(board({"type": "stat", "targets": targets}))["panels"]

    assert [(target["instant"], target["range"]) for target in panel["targets"]] == [(True, False), (False, True)]


def test_a_heading_has_nothing_of_a_panel() -> None:
    row = {"type": "row", "id": 1, "title": "r", "gridPos": {}, "collapsed": False, "links": [], "maxDataPoints": 100}

    [made] = normalise(board(row))["panels"]

    assert made == {"type": "row", "id": 1, "title": "r", "gridPos": {}, "collapsed": False, "panels": []}
