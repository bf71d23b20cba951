"""The panels, variables and boards that the boards are made of. No other module names grafanalib."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import attr
from grafanalib import _gen as generator
from grafanalib import core

from .fields import DASH, Json
from .normalise import SCHEMA, normalise

PROMETHEUS = {"type": "prometheus", "uid": "${prometheus}"}
LEDGER = {"type": "grafana-postgresql-datasource", "uid": "${ledger}"}
TAG = "farebox"
_FULL_WIDTH = 24
_LEGEND = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}


class _Panel(core.Panel):  # type: ignore[misc]
    """A panel of any kind: grafanalib's own are of earlier Grafanas. What a kind has of its own is `extraJson`."""

    def to_json_data(self) -> Any:
        return self.panel_json({})


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel and its size; its place follows from the panels before it. `question` is what it answers."""

    kind: str
    title: str
    question: str
    targets: Sequence[Any]
    defaults: Json
    width: int = 6
    height: int = 8
    overrides: Sequence[Json] = ()
    options: Json | None = None
    transformations: Sequence[Json] = ()
    links: Sequence[Json] = ()
    interval: str | None = None

    def placed(self, number: int, x: int, y: int) -> Any:
        """Return grafanalib's panel with the id `number` at a place of the grid."""
        sources = {target.datasource["uid"]: target.datasource for target in self.targets}
        targets = [attr.evolve(target, refId=chr(ord("A") + place)) for place, target in enumerate(self.targets)]
        return _Panel(
            title=self.title,
            description=self.question,
            dataSource=next(iter(sources.values()), None),
            targets=targets,
            id=number,
            gridPos=core.GridPos(h=self.height, w=self.width, x=x, y=y),
            maxDataPoints=None,
            interval=self.interval,
            transformations=list(self.transformations),
            links=list(self.links),
            extraJson={
                "type": self.kind,
                "options": self.options or {},
                "fieldConfig": {"defaults": self.defaults, "overrides": list(self.overrides)},
            },
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and the panels below it, from left to right and then down."""

    title: str
    panels: Sequence[Panel]


def metric(expr: str, legend: str = "", *, instant: bool = False, format: str = "time_series") -> Any:
    """Return a query in PromQL; a `table` is of one moment."""
    return core.Target(
        expr=expr, legendFormat=legend, instant=instant or format == "table", format=format, datasource=PROMETHEUS
    )


def sql(query: str, *, format: str = "table") -> Any:
    """Return a query to the ledger in Postgres, its text on one line."""
    return core.SqlTarget(rawSql=" ".join(query.split()), format=format, datasource=LEDGER)


def stat(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return one figure, or a few beside each other."""
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "vertical",
        "reduceOptions": _REDUCE,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
        "textMode": "auto",
        "wideLayout": True,
        **more.pop("options", {}),
    }
    return Panel("stat", title, question, targets, defaults, **{"width": 4, "height": 4, "options": options, **more})


def table(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return a table."""
    options = {"frameIndex": 0, "showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"]}}
    options |= more.pop("options", {})
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False}
    # Without a mapping, a cell without a value would say what the whole table says without data.
    mappings = defaults["mappings"] or [DASH]
    fields = {**defaults, "mappings": mappings, "custom": {**custom, **defaults["custom"]}}
    return Panel("table", title, question, targets, fields, options=options, **more)


def lines(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return lines over time; a gap in the data is a gap in the line."""
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 8,
        "showPoints": "never",
        "spanNulls": False,
        "axisSoftMin": 0,
        "thresholdsStyle": {"mode": "off"},
        **defaults["custom"],
    }
    fields = {**defaults, "custom": custom}
    options = {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}, **more.pop("options", {})}
    return Panel("timeseries", title, question, targets, fields, **{"width": 12, "options": options, **more})


def stacked(title: str, question: str, *targets: Any, defaults: Json, bars: bool, **more: Any) -> Panel:
    """Return parts of a whole over time, as bars or as areas; the parts may not overlap."""
    drawn = {"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0} if bars else {"fillOpacity": 40}
    custom = {**drawn, "stacking": {"mode": "normal", "group": "A"}, **defaults["custom"]}
    return lines(title, question, *targets, defaults={**defaults, "custom": custom}, **more)


def bars(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return one horizontal bar for each row of the answer."""
    options = {
        "displayMode": "basic",
        "minVizHeight": 16,
        "minVizWidth": 8,
        "maxVizHeight": 40,
        "namePlacement": "left",
        "orientation": "horizontal",
        "reduceOptions": _REDUCE,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "text",
        "legend": {**_LEGEND, "showLegend": False},
        **more.pop("options", {}),
    }
    return Panel("bargauge", title, question, targets, defaults, options=options, **more)


def timeline(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return a row of coloured stretches of time for each series."""
    options = {
        "alignValue": "left",
        "mergeValues": True,
        "perPage": 20,
        "rowHeight": 0.8,
        "showValue": "never",
        "legend": {**_LEGEND, "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    fields = {**defaults, "custom": {"fillOpacity": 80, "lineWidth": 0, "spanNulls": False}}
    return Panel("state-timeline", title, question, targets, fields, options=options, **more)


def heatmap(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return how many values lie in each bucket of a histogram, over time."""
    options = {
        "calculate": False,
        "cellGap": 1,
        "color": {
            "mode": "scheme",
            "scheme": "Blues",
            "exponent": 0.5,
            "fill": "blue",
            "reverse": False,
            "steps": 64,
            "scale": "exponential",
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": False},
        "yAxis": {"axisPlacement": "left", "unit": defaults["unit"], "reverse": False},
    }
    fields = {**defaults, "custom": {"hideFrom": {"legend": False, "tooltip": False, "viz": False}}}
    return Panel("heatmap", title, question, targets, fields, options=options, **more)


@dataclass(frozen=True, slots=True)
class Board:
    """A board: its question, the rows and the variables."""

    uid: str
    title: str
    question: str
    rows: Sequence[Row]
    variables: Sequence[Any]
    annotations: Sequence[Json] = ()
    since: str = "now-6h"
    refresh: str = "30s"

    def json(self) -> Json:
        """Return the board as Grafana loads it."""
        links = core.DashboardLink(title="farebox", type="dashboards", tags=[TAG], includeVars=True, keepTime=True)
        made = core.Dashboard(
            title=self.title,
            description=self.question,
            uid=self.uid,
            tags=[TAG],
            panels=list(_laid_out(self.rows)),
            templating=core.Templating(list=list(self.variables)),
            annotations=core.Annotations(list=list(self.annotations)),
            links=[links],
            time=core.Time(self.since, "now"),
            refresh=self.refresh,
            timezone="utc",
            graphTooltip=core.GRAPH_TOOLTIP_MODE_SHARED_CROSSHAIR,
            schemaVersion=SCHEMA,
            editable=False,
        )
        return normalise(json.loads(json.dumps(made.to_json_data(), cls=generator.DashboardEncoder)))


def _laid_out(rows: Sequence[Row]) -> Iterator[Any]:
    """Yield every row and panel with an id of its own and a place in the grid, without gaps."""
    number = y = 0
    for row in rows:
        number += 1
        yield core.RowPanel(title=row.title, id=number, gridPos=core.GridPos(h=1, w=_FULL_WIDTH, x=0, y=y))
        x, y, height = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > _FULL_WIDTH:
                x, y, height = 0, y + height, 0
            number += 1
            yield panel.placed(number, x, y)
            x, height = x + panel.width, max(height, panel.height)
        y += height
