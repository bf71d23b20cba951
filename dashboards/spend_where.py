"""Rows of Farebox / Spend that say where the money goes, and what it need not have cost."""

from .charts import stacked, stat, table
from .fields import (
    CALLS,
    FINE_PERCENT,
    MONEY,
    NONE_IS_PLAIN,
    OTHER,
    PERCENT,
    RANKS,
    SMALL_MONEY,
    TOKENS,
    UNKNOWN,
    Unit,
    bar,
    by_rank,
    column,
    defaults,
    exact,
    mark,
    missing,
    money,
    named,
)
from .kit import Panel, Row, metric, sql
from .links import to_board
from .sql import CHOSEN, DAY, EXACT, MARK, MODEL, SPENT, UNCERTAIN, USD, WITHOUT_COST, largest

# How a call ended that nobody read to its end.
OUTCOMES = {
    "http_error": ("answered by an error", "red"),
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
        SELECT day AS time, CASE WHEN place <= {len(RANKS)} THEN place || ' · ' || model ELSE '{OTHER}' END AS metric,
            sum(cost)::numeric / 1000000000 AS usd
        FROM chosen JOIN placed USING (model) WHERE cost IS NOT NULL
        GROUP BY 1, 2 ORDER BY 1, min(place)"""
    return stacked(
        "Known spend per day, by model",
        f"Which model cost what on which day? Days begin at midnight of farebox's time zone. The {len(RANKS)} dearest "
        f"models, the rest as `{OTHER}`. Calls of unknown cost are left out.",
        sql(query, format="time_series"),
        defaults=defaults(MONEY, empty="no calls", color="palette-classic"),
        overrides=by_rank(),
        bars=True,
        interval="1d",
        width=15,
    )


def _providers() -> Panel:
    columns = [f"{MARK} AS mark", f"{SPENT} AS usd", f"{WITHOUT_COST} AS without_cost"]
    return table(
        "By provider",
        "Who gets the money? `>=` marks lower bounds, `~` estimates. Providers whose cost is wholly unknown come "
        "first.",
        sql(largest({"provider": "provider"}, columns, "hourly_by_model", CHOSEN, limit=100)),
        defaults=defaults(empty="no calls"),
        overrides=[
            column(
                "provider",
                "Provider",
                width=110,
                links=[to_board("Traffic of this provider", "farebox-traffic", "provider")],
            ),
            mark(),
            bar(),
            missing(),
        ],
        rows=8,
        width=9,
    )


_OF_MODELS = (
    "sum(calls) AS calls",
    f"{MARK} AS mark",
    f"{SPENT} AS usd",
    f"1000 * {USD} / nullif(sum(cost_nanousd_known), 0) AS usd_per_1k",
    "sum(cache_read_tokens)::numeric / nullif(sum(cacheable_tokens), 0) AS cache_share",
    f"{WITHOUT_COST} AS without_cost",
    f"{UNCERTAIN} AS uncertain",
    f"{EXACT} AS exact_usd",
)


def _models() -> Panel:
    return table(
        "Models",
        "What does each model cost, in all and per 1,000 calls with a known cost? `Input from cache` is the share of "
        "its input tokens. `>=` marks lower bounds, `~` estimates. Models whose cost is wholly unknown come first; "
        "beyond the first 100, the rest is one row.",
        sql(largest({"provider": "provider", "model": MODEL}, _OF_MODELS, "hourly_by_model", CHOSEN, limit=100)),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("provider", "Provider", width=110),
            column("model", "Model", links=[to_board("Traffic of this model", "farebox-traffic", "provider", "model")]),
            column("calls", "Calls", TOKENS, width=80),
            mark(),
            money("usd", "Spend", width=110),
            money("usd_per_1k", "Per 1,000 calls", SMALL_MONEY, width=130),
            column("cache_share", "Input from cache", PERCENT, mappings=[UNKNOWN], width=145),
            missing(),
            column(
                "uncertain",
                "Estimated or bound",
                CALLS,
                steps=((None, "text"), (1, "yellow")),
                mappings=[NONE_IS_PLAIN],
                width=165,
                align="right",
            ),
            exact(),
        ],
        rows=12,
        width=24,
    )


def _unread() -> Panel:
    columns = ["sum(calls) AS calls", f"{MARK} AS mark", f"{SPENT} AS usd", f"{WITHOUT_COST} AS without_cost"]
    where = f"{CHOSEN} AND outcome <> 'ok'"
    keys = {"outcome": "outcome", "status": "coalesce(status::text, '-')"}
    return table(
        "Failed, cut and abandoned calls",
        "What was paid for and never read to its end? Providers bill a cut answer up to the cut; a refusal costs "
        "nothing.",
        sql(largest(keys, columns, "hourly_by_model", where, limit=50)),
        defaults=defaults(empty="every call was read to its end"),
        overrides=[
            column("outcome", "How it ended", mappings=[named(OUTCOMES)]),
            column("status", "Status", align="right", width=75),
            column("calls", "Calls", TOKENS, width=70),
            mark(),
            money("usd", "Spend", SMALL_MONEY, width=100),
            missing(),
        ],
        rows=8,
        width=10,
    )


def _saved() -> Panel:
    return stat(
        "Saved by providers' caches",
        "What would the input that came from caches have cost more as new input? At the prices of each call, of all "
        "providers and models, in the chosen time range. Writing to the cache is not deducted. Approximate: "
        "from a counter, not from the ledger.",
        metric("sum(increase(farebox_cache_saved_usd_total[$__range]))", instant=True),
        defaults=defaults(Unit("prefix:~$", 2), empty="no cached input", mappings=[UNKNOWN]),
    )


def _purposes() -> Panel:
    share = "sum(cost_nanousd)::numeric / nullif(sum(sum(cost_nanousd)) OVER (), 0) AS share"
    columns = [f"{MARK} AS mark", f"{SPENT} AS usd", share, "sum(calls) AS calls", f"{WITHOUT_COST} AS without_cost"]
    keys = {"purpose": "coalesce(purpose, '(unknown)')"}
    return table(
        "What for: chat, titles, agents ...",
        "How much goes to calls that no user asked for, such as titles? Share is of the known spend.",
        sql(largest(keys, columns, "hourly_by_model", CHOSEN, limit=50)),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("purpose", "Purpose", width=95),
            mark(),
            bar(),
            column("share", "Share", FINE_PERCENT, mappings=[UNKNOWN], width=75),
            column("calls", "Calls", TOKENS, width=75),
            missing(),
        ],
        rows=8,
        width=10,
    )


ROWS = [
    Row("Where it goes: the chosen providers and models", [_per_day(), _providers(), _models()]),
    Row("Where money could be saved: the chosen providers and models", [_unread(), _purposes(), _saved()]),
]
