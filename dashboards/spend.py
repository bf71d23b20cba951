"""Farebox / Spend: what the calls cost, where the money goes, and whether the figures can be believed."""

from . import spend_trust, spend_where, variables
from .annotations import ALERTS, PRICE_UPDATES, RESTARTS
from .fields import MONEY, PERCENT, UNKNOWN, Unit, column, defaults, override
from .joined import joined
from .kit import Board, Panel, Row, lines, metric, stat, table
from .sql import MODEL
from .thresholds import (
    BUDGET_EXCEEDED,
    BUDGET_HALF_USED,
    BUDGET_NEARLY_USED,
    FORECAST_OVER,
    SPEND_UNUSUAL,
)

UID = "farebox-spend"
_WHOLE_DOLLARS = Unit("prefix:$", 0)
_LEVELS = (
    (None, "green"),
    (BUDGET_HALF_USED, "blue"),
    (BUDGET_NEARLY_USED, "orange"),
    (BUDGET_EXCEEDED, "red"),
)


def _spent(title: str, window: str, since: str) -> Panel:
    return stat(
        title,
        f"What have all calls cost since {since}, in the time zone of farebox? Read from the ledger, so it is exact "
        "after "
        f"restarts and later prices. Calls without a known cost are left out: see the table below.",
        metric(f'max(farebox_spend_usd{{window="{window}",scope="all"}})', instant=True),
        defaults=defaults(MONEY, empty="not reported", mappings=[UNKNOWN]),
        height=5,
    )


def _forecast() -> Panel:
    one = 'max(farebox_spend_forecast_usd{{window="month",scope="all",bound="{}"}})'
    return stat(
        "Month's end, forecast",
        "What will this month come to, by the weekdays and hours of earlier weeks? A range, not a promise.",
        *(metric(one.format(bound), f"~ {bound}", instant=True) for bound in ("low", "likely", "high")),
        defaults=defaults(_WHOLE_DOLLARS, empty="needs more days of calls", mappings=[UNKNOWN]),
        options={"textMode": "value_and_name", "orientation": "auto"},
        width=6,
        height=5,
    )


def _budgets() -> Panel:
    by = "budget, window"
    columns = [
        column("budget", "Budget", width=120),
        column("window", "Window", width=75),
        column("Value #A", "Used", PERCENT, steps=_LEVELS, cell="gauge", min=0, max=1.2),
        column("Value #B", "At most", PERCENT, steps=((None, "transparent"), (BUDGET_EXCEEDED, "orange")), width=80),
        column("Value #C", "Limit", MONEY, width=90),
        column("Value #D", "Forecast", PERCENT, steps=((None, "transparent"), (FORECAST_OVER, "orange")), width=85),
    ]
    return table(
        "Budgets",
        "How much of each budget is used, and will it last? `Used` has known costs alone; `At most` adds what "
        "estimated "
        "and unpriced calls may have cost. Forecast is the share used at the window's end.",
        metric(f'max by ({by}) (farebox_budget_used_ratio{{bound="known"}})', format="table"),
        metric(f'max by ({by}) (farebox_budget_used_ratio{{bound="high"}})', format="table"),
        metric(f"max by ({by}) (farebox_budget_limit_usd)", format="table"),
        metric(f"max by ({by}) (farebox_budget_forecast_ratio)", format="table"),
        defaults=defaults(empty="no budget is set"),
        overrides=columns,
        transformations=joined(),
        options={"sortBy": [{"displayName": "Used", "desc": True}]},
        width=10,
        height=5,
    )


def _unusual() -> Panel:
    usual = 'max(farebox_spend_usual_usd{window="1h",scope="all"})'
    dashed = {"custom.lineStyle": {"fill": "dash", "dash": [10, 10]}, "custom.fillOpacity": 0}
    return lines(
        "Last hour against the usual",
        f"Is this hour's spend unusual? Usual is the median of the same hour in the last four weeks, known after two "
        f"weeks. The alert line is {SPEND_UNUSUAL:g} times the usual, as in FareboxSpendUnusual.",
        metric('max(farebox_spend_usd{window="1h",scope="all"})', "last hour"),
        metric(usual, "usual"),
        metric(f"{SPEND_UNUSUAL:g} * {usual}", "alert line"),
        defaults=defaults(MONEY, empty="not reported", color="palette-classic"),
        overrides=[
            override("last hour", {"color": {"mode": "fixed", "fixedColor": "blue"}, "custom.fillOpacity": 20}),
            override("usual", {"color": {"mode": "fixed", "fixedColor": "green"}, **dashed}),
            override("alert line", {"color": {"mode": "fixed", "fixedColor": "red"}, "custom.fillOpacity": 0}),
        ],
        width=24,
    )


BOARD = Board(
    UID,
    "Farebox / Spend",
    "Is the money all right, where does it go, and can the figures be believed?",
    [
        Row(
            "Now: all providers and models",
            [
                _spent("Today", "today", "midnight"),
                _spent("This month", "month", "the first of the month"),
                _forecast(),
                _budgets(),
            ],
        ),
        *spend_trust.FIRST,
        *spend_where.ROWS,
        Row("Is it unusual?: all providers and models", [_unusual()]),
        *spend_trust.REST,
    ],
    [
        variables.METRICS,
        variables.RECORDS,
        variables.of_ledger("provider", "Provider", "provider", "hourly_by_model"),
        variables.of_ledger("model", "Model", MODEL, "hourly_by_model"),
        variables.ZONE,
    ],
    annotations=[ALERTS, PRICE_UPDATES, RESTARTS],
    since="now-30d",
    refresh="5m",
)
