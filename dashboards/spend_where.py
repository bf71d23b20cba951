"""Rows of Farebox / Spend that say where the money goes, and what it need not have cost."""

from .fields import (
    COUNT,
    DASH,
    MONEY,
    PERCENT,
    SMALL_MONEY,
    TOKENS,
    UNKNOWN,
    bar,
    column,
    defaults,
    exact,
    missing,
    money,
    named,
)
from .kit import Panel, Row, metric, sql, stacked, stat, table
from .links import to_board
from .sql import CHOSEN, DAY, EXACT, MODEL, UNCERTAIN, USD, WITHOUT_COST

_DRAWN = 11
# How a call ended that nobody read to its end.
OUTCOMES = {
    "http_error": ("refused", "red"),
    "client_abort": ("client hung up", "yellow"),
    "provider_cut": ("cut by the provider", "dark-red"),
    "network_error": ("no answer", "dark-red"),
    "sidecar_stop": ("cut by farebox's stop", "purple"),
    "blocked": ("blocked", "purple"),
}


def _per_day() -> Panel:
    query = f"""
        WITH chosen AS (SELECT {DAY} AS day, {MODEL} AS model, sum(cost_nanousd) AS cost
            FROM hourly_by_model WHERE {CHOSEN} GROUP BY 1, 2),
        placed AS (SELECT model, row_number() OVER (ORDER BY sum(cost) DESC NULLS LAST, model) AS place
            FROM chosen GROUP BY 1)
        SELECT day AS time, CASE WHEN place <= {_DRAWN} THEN model ELSE 'other' END AS metric,
            sum(cost)::numeric / 1000000000 AS usd
        FROM chosen JOIN placed USING (model) WHERE cost IS NOT NULL
        GROUP BY 1, 2 ORDER BY 1, min(place)"""
    return stacked(
        "Spend per day, by model",
        f"Which model cost what on which day? Days begin at midnight of farebox's time zone. The {_DRAWN} dearest "
        "models, "
        f"the rest as `other`. Calls without cost are left out.",
        sql(query, format="time_series"),
        defaults=defaults(MONEY, empty="no calls", color="palette-classic"),
        bars=True,
        interval="1d",
        width=16,
    )


def _providers() -> Panel:
    query = f"""
        SELECT provider, {USD} AS usd, {WITHOUT_COST} AS without_cost
        FROM hourly_by_model WHERE {CHOSEN} GROUP BY 1 ORDER BY 2 DESC NULLS LAST"""
    return table(
        "By provider",
        "Who gets the money?",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column(
                "provider",
                "Provider",
                width=110,
                links=[to_board("Traffic of this provider", "farebox-traffic", "provider")],
            ),
            bar(),
            missing("without_cost", "Without cost"),
        ],
        width=8,
    )


def _models() -> Panel:
    query = f"""
        SELECT provider, {MODEL} AS model, sum(calls) AS calls, {USD} AS usd,
            1000 * {USD} / nullif(sum(cost_nanousd_known), 0) AS usd_per_1k,
            sum(cache_read_tokens)::numeric / nullif(sum(cacheable_tokens), 0) AS cache_share,
            {WITHOUT_COST} AS without_cost, {UNCERTAIN} AS uncertain, {EXACT} AS exact_usd
        FROM hourly_by_model WHERE {CHOSEN} GROUP BY 1, 2 ORDER BY 4 DESC NULLS LAST LIMIT 100"""
    return table(
        "Models",
        "What does each model cost, in all and per 1,000 calls with a known cost? `From cache` is the share of its "
        "input. "
        "The first 100 by spend. Spend leaves out the calls without cost beside it.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("provider", "Provider", width=120),
            column("model", "Model", links=[to_board("Traffic of this model", "farebox-traffic", "provider", "model")]),
            column("calls", "Calls", TOKENS, width=90),
            money("usd", "Spend", width=110),
            money("usd_per_1k", "Per 1,000 calls", SMALL_MONEY, width=140),
            column("cache_share", "From cache", PERCENT, mappings=[UNKNOWN], width=110),
            missing(),
            column("uncertain", "Estimated or lower bound", COUNT, steps=((None, "transparent"), (1, "yellow"))),
            exact(),
        ],
        options={"sortBy": [{"displayName": "Spend", "desc": True}]},
        width=24,
        height=9,
    )


def _unread() -> Panel:
    query = f"""
        SELECT outcome, status, sum(calls) AS calls,
            CASE WHEN cost_status = 'none' THEN 0 ELSE {USD} END AS usd, {WITHOUT_COST} AS without_cost
        FROM hourly_by_model WHERE {CHOSEN} AND outcome <> 'ok'
        GROUP BY outcome, status, cost_status ORDER BY 4 DESC NULLS LAST, 3 DESC LIMIT 50"""
    return table(
        "Failed, cut and abandoned calls",
        "What was paid for and never read to its end? Providers bill a cut answer up to the cut; a refusal costs "
        "nothing.",
        sql(query),
        defaults=defaults(empty="every call was read to its end"),
        overrides=[
            column("outcome", "How it ended", mappings=[named(OUTCOMES)]),
            column("status", "Status", mappings=[DASH], width=90),
            column("calls", "Calls", TOKENS, width=80),
            money("usd", "Spend", SMALL_MONEY),
            missing("without_cost", "Without cost"),
        ],
        width=10,
    )


def _saved() -> Panel:
    return stat(
        "~ Saved by caches",
        "What would the input that came from caches have cost more as new input? At the prices of each call, of all "
        "providers and models. Writing to the cache is not deducted. Approximate: from a counter, not from the ledger.",
        metric("sum(increase(farebox_cache_saved_usd_total[$__range]))", instant=True),
        defaults=defaults(MONEY, empty="no cached input", mappings=[UNKNOWN]),
        height=8,
    )


def _purposes() -> Panel:
    query = f"""
        SELECT coalesce(purpose, '(unknown)') AS purpose, {USD} AS usd,
            sum(cost_nanousd)::numeric / nullif(sum(sum(cost_nanousd)) OVER (), 0) AS share, sum(calls) AS calls,
            {WITHOUT_COST} AS without_cost
        FROM hourly_by_model WHERE {CHOSEN} GROUP BY 1 ORDER BY 2 DESC NULLS LAST"""
    return table(
        "Why: chat, titles, agents ...",
        "How much goes to calls that no user asked for, such as titles and retries?",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("purpose", "Purpose", width=120),
            bar(),
            column("share", "Share", PERCENT, mappings=[UNKNOWN], width=70),
            column("calls", "Calls", TOKENS, width=80),
            missing("without_cost", "Without cost"),
        ],
        width=10,
    )


ROWS = [
    Row("Where it goes", [_per_day(), _providers(), _models()]),
    Row("What it need not cost", [_unread(), _purposes(), _saved()]),
]
