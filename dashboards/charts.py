"""The kinds of panels: figures, tables, lines, stacked parts, timelines and heat maps. Pure data."""

from typing import Any

from .fields import COUNT, DASH, Json
from .kit import Panel

# In pixels: a unit of the grid, a row of a table, what a panel needs beside them, and the line that counts rows.
_UNIT, _LINE, _FRAME, _PAGES = 38, 36, 60, 32
_LEGEND = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}


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


def table(
    title: str, question: str, *targets: Any, defaults: Json, rows: int, whole: bool = False, **more: Any
) -> Panel:
    """Return a table with room for `rows`; unless these are the `whole`, it has pages and says `1 - 7 of 23 rows`."""
    footer = {"show": False, "reducer": ["sum"], "countRows": False, "enablePagination": not whole}
    options = {"frameIndex": 0, "showHeader": True, "cellHeight": "sm", "footer": footer}
    options |= more.pop("options", {})
    height = -(-(_FRAME + _LINE * (rows + 1) + _PAGES * (not whole)) // _UNIT)
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False}
    # Without a mapping, a cell without a value would say what the whole table says without data.
    mappings = defaults["mappings"] or [DASH]
    fields = {**defaults, "mappings": mappings, "custom": {**custom, **defaults["custom"]}}
    return Panel("table", title, question, targets, fields, options=options, **{"height": height, **more})


def lines(title: str, question: str, *targets: Any, defaults: Json, **more: Any) -> Panel:
    """Return lines over time; a gap in the data is a gap in the line.

    Fixed decimals would repeat the labels of an axis, so only whole numbers keep theirs.
    """
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
    fields = {**defaults, "custom": custom, "decimals": 0 if defaults["unit"] == COUNT.id else None}
    options = {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}, **more.pop("options", {})}
    return Panel("timeseries", title, question, targets, fields, **{"width": 12, "options": options, **more})


def stacked(title: str, question: str, *targets: Any, defaults: Json, bars: bool, **more: Any) -> Panel:
    """Return parts of a whole over time, as bars or as areas; the parts may not overlap."""
    drawn = {"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0} if bars else {"fillOpacity": 40}
    custom = {"lineWidth": 0, **drawn, "stacking": {"mode": "normal", "group": "A"}, **defaults["custom"]}
    return lines(title, question, *targets, defaults={**defaults, "custom": custom}, **more)


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
