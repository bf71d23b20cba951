"""Farebox / Spend: what the calls cost, where the money goes, and whether the figures can be believed."""

from . import spend_trust, spend_where, variables
from .annotations import ALERTS, PRICE_UPDATES, RESTARTS
from .charts import lines, stat, table
from .fields import (
    BLUE,
    MONEY,
    ORANGE,
    PERCENT,
    UNKNOWN,
    VERMILION,
    Unit,
    column,
    defaults,
    fixed,
    marked,
    override_regex,
)
from .joined import joined
from .kit import Board, Panel, Row, metric
from .promql import marked as by_mark
from .rules.spend import floor
from .sql.dialect import Dialect
from .sql.sums import MODEL
from .thresholds import (
    BUDGET_EXCEEDED,
    BUDGET_HALF_USED,
    BUDGET_NEARLY_USED,
    FORECAST_OVER,
    SPEND_FLOOR_SHARE,
    SPEND_FLOOR_USD,
    SPEND_UNUSUAL,
)

UID = "farebox-spend"
_ESTIMATE = Unit("prefix:~$", 0)
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
        "after restarts and later prices. `~` is an estimate. `>=` is a lower bound: some calls have a partial cost or "
        "none; the table below counts them.",
        metric(by_mark(f'max(farebox_spend_usd{{window="{window}",scope="all"}})', window), "{{mark}}", instant=True),
        defaults=defaults(MONEY, empty="not reported", mappings=[UNKNOWN]),
        overrides=marked(),
        options={"textMode": "value"},
    )


def _forecast() -> Panel:
    one = 'max(farebox_spend_forecast_usd{{window="month",scope="all",bound="{}"}})'
    bounds = ("low", "likely", "high")
    return stat(
        "Whole month, forecast",
        "What will this month come to, by the weekdays and hours of earlier weeks? A range, not a promise. `>=`: some "
        "calls have a partial cost or none, as in the spend.",
        *(metric(by_mark(one.format(bound), "month", f"{bound}: "), "{{mark}}", instant=True) for bound in bounds),
        defaults=defaults(_ESTIMATE, empty="needs more days of calls", mappings=[UNKNOWN]),
        overrides=[
            override_regex("at least", {"unit": "prefix:>= ~$"}),
            *(override_regex(f"^{bound}: ", {"displayName": bound}) for bound in bounds),
        ],
        options={"textMode": "value_and_name", "orientation": "auto"},
        width=6,
    )


def _budgets() -> Panel:
    by = "budget, window"
    columns = [
        column("budget", "Budget", width=105),
        column("window", "Of each", width=80),
        column("Value #A", "Used, known costs", PERCENT, steps=_LEVELS, cell="gauge", min=0, max=1.2),
        column("Value #B", "Used at most", PERCENT, steps=((None, "text"), (BUDGET_EXCEEDED, "orange")), width=105),
        column("Value #C", "Limit", MONEY, width=85),
        column("Value #D", "~ At its end", PERCENT, steps=((None, "text"), (FORECAST_OVER, "orange")), width=95),
    ]
    return table(
        "Budgets, now",
        "How much of each budget is used, and will it last? `Used, known costs` leaves out calls of unknown cost; "
        "`Used at most` adds what estimated and unpriced calls may have cost. `At its end` is the forecast of "
        "the share "
        "that will be used when the day, week or month ends.",
        metric(f'max by ({by}) (farebox_budget_used_ratio{{bound="known"}})', format="table"),
        metric(f'max by ({by}) (farebox_budget_used_ratio{{bound="high"}})', format="table"),
        metric(f"max by ({by}) (farebox_budget_limit_usd)", format="table"),
        metric(f"max by ({by}) (farebox_budget_forecast_ratio)", format="table"),
        defaults=defaults(empty="no budget is set"),
        overrides=columns,
        transformations=joined(),
        options={"sortBy": [{"displayName": "Used, known costs", "desc": True}]},
        rows=3,
        width=10,
    )


def _unusual() -> Panel:
    usual = 'max(farebox_spend_usual_usd{window="1h",scope="all"})'
    least = floor(SPEND_FLOOR_USD, SPEND_FLOOR_SHARE)
    dashed = {"custom.lineStyle": {"fill": "dash", "dash": [10, 10]}, "custom.fillOpacity": 0}
    return lines(
        "Spend of an hour, against the usual",
        f"Is an hour's spend unusual? Each point is the spend of the hour before it. Usual is the median of the same "
        f"hour in the last four weeks, known after two weeks. FareboxSpendUnusual fires above the red line: "
        f"{SPEND_UNUSUAL:g} times the usual, and at least ${SPEND_FLOOR_USD:g} and {SPEND_FLOOR_SHARE:.0%} of a mean "
        "day's spend.",
        metric('max(farebox_spend_usd{window="1h",scope="all"})', "spend of the hour"),
        metric(usual, "usual at this hour"),
        metric(f"{SPEND_UNUSUAL:g} * {usual} > ({least}) or ({least}) and {usual}", "alert above"),
        defaults=defaults(MONEY, empty="not reported", color="palette-classic"),
        overrides=[
            fixed("spend of the hour", BLUE, **{"custom.fillOpacity": 30}),
            fixed("usual at this hour", ORANGE, **dashed),
            fixed("alert above", VERMILION, **{"custom.fillOpacity": 0, "custom.lineWidth": 2}),
        ],
        width=24,
    )


def board(ledger: Dialect) -> Board:
    """Return the board that asks a ledger."""
    return Board(
        UID,
        "Farebox / Spend",
        "Is the money all right, where does it go, and can the figures be believed?",
        [
            Row(
                "Now: all providers and models, whatever is chosen above",
                [
                    _spent("Today, since midnight", "today", "midnight"),
                    _spent("This month, so far", "month", "the first of the month"),
                    _forecast(),
                    _budgets(),
                ],
            ),
            *spend_trust.first(ledger),
            *spend_where.rows(ledger),
            Row("Is it unusual: all providers and models", [_unusual()]),
            *spend_trust.rest(ledger),
        ],
        [
            variables.METRICS,
            variables.records(ledger),
            variables.of_ledger(ledger, "provider", "Provider", "provider", "hourly_by_model"),
            variables.of_ledger(ledger, "model", "Model", MODEL, "hourly_by_model"),
            variables.ZONE,
        ],
        annotations=[ALERTS, PRICE_UPDATES, RESTARTS],
        since="now-30d/d",
        refresh="5m",
    )
