"""The panels, rows and boards that the boards are made of. No other module names grafanalib."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import attr
from grafanalib import _gen as generator
from grafanalib import core

from .fields import Json
from .normalise import SCHEMA, normalise
from .sql.dialect import Dialect

PROMETHEUS = {"type": "prometheus", "uid": "${prometheus}"}
TAG = "farebox"
_FULL_WIDTH = 24


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


def sql(ledger: Dialect, query: str, *, format: str = "table") -> Any:
    """Return a query to the ledger, its text on one line."""
    return core.SqlTarget(rawSql=" ".join(query.split()) + ledger.ending, format=format, datasource=ledger.source)


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
        y += 1
        for line in _lines(row.panels):
            x, height = 0, max(panel.height for panel in line)
            for panel in line:
                number += 1
                yield replace(panel, height=height).placed(number, x, y)
                x += panel.width
            y += height


def _lines(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    """Yield the panels that stand beside each other; they become equally high, so that no hole is below one."""
    line: list[Panel] = []
    for panel in panels:
        if sum(one.width for one in line) + panel.width > _FULL_WIDTH:
            yield line
            line = []
        line.append(panel)
    yield line
