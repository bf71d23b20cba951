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
from .sql.dialect import Dialect
from .sql.largest import largest
from .sql.sums import MARK, MODEL, UNCERTAIN, WITHOUT_COST, chosen, spent, usd
from .sql.sums import exact as exact_usd

# How a call ended that nobody read to its end.
OUTCOMES = {
    "http_error": ("answered by an error", "red"),
    "client_abort": ("client hung up", "yellow"),
    "provider_cut": ("cut by the provider", "dark-red"),
    "network_error": ("no answer", "dark-red"),
    "sidecar_stop": ("cut by farebox's stop", "purple"),
    "blocked": ("blocked", "purple"),
}


def _per_day(ledger: Dialect) -> Panel:
    query = f"""
        WITH chosen AS (SELECT {ledger.day("hour")} AS day, {MODEL} AS model, sum(cost_nanousd) AS cost
            FROM hourly_by_model WHERE {chosen(ledger)} GROUP BY 1, 2),
        placed AS (SELECT model, row_number() OVER (ORDER BY sum(cost) DESC NULLS LAST, model) AS place
            FROM chosen GROUP BY 1)
        SELECT day AS time, CASE WHEN place <= {len(RANKS)} THEN place || ' · ' || model ELSE '{OTHER}' END AS metric,
            {ledger.usd("sum(cost)")} AS {ledger.value}
        FROM chosen JOIN placed USING (model) WHERE cost IS NOT NULL
        GROUP BY 1, 2 ORDER BY 1, min(place)"""
    return stacked(
        "Known spend per day, by model",
        f"Which model cost what on which day? Days begin at midnight of farebox's time zone. The {len(RANKS)} dearest "
        f"models, the rest as `{OTHER}`. Calls of unknown cost are left out.",
        sql(ledger, query, format="time_series"),
        defaults=defaults(MONEY, empty="no calls", color="palette-classic"),
        overrides=by_rank(),
        bars=True,
        interval="1d",
        width=15,
    )


def _providers(ledger: Dialect) -> Panel:
    columns = [f"{MARK} AS mark", f"{spent(ledger)} AS usd", f"{WITHOUT_COST} AS without_cost"]
    return table(
        "By provider",
        "Who gets the money? `>=` marks lower bounds, `~` estimates. Providers whose cost is wholly unknown come "
        "first.",
        sql(ledger, largest({"provider": "provider"}, columns, "hourly_by_model", chosen(ledger), limit=100)),
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


def _of_models(ledger: Dialect) -> list[str]:
    return [
        "sum(calls) AS calls",
        f"{MARK} AS mark",
        f"{spent(ledger)} AS usd",
        f"{ledger.quotient(f'1000 * {usd(ledger)}', 'sum(cost_nanousd_known)')} AS usd_per_1k",
        f"{ledger.ratio('sum(cache_read_tokens)', 'sum(cacheable_tokens)')} AS cache_share",
        f"{WITHOUT_COST} AS without_cost",
        f"{UNCERTAIN} AS uncertain",
        f"{exact_usd(ledger)} AS exact_usd",
    ]


def _models(ledger: Dialect) -> Panel:
    keys = {"provider": "provider", "model": MODEL}
    return table(
        "Models",
        "What does each model cost, in all and per 1,000 calls with a known cost? `Input from cache` is the share of "
        "its input tokens. `>=` marks lower bounds, `~` estimates. Models whose cost is wholly unknown come first; "
        "beyond the first 100, the rest is one row.",
        sql(ledger, largest(keys, _of_models(ledger), "hourly_by_model", chosen(ledger), limit=100)),
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


def _unread(ledger: Dialect) -> Panel:
    columns = ["sum(calls) AS calls", f"{MARK} AS mark", f"{spent(ledger)} AS usd", f"{WITHOUT_COST} AS without_cost"]
    where = f"{chosen(ledger)} AND outcome <> 'ok'"
    keys = {"outcome": "outcome", "status": f"coalesce({ledger.text('status')}, '-')"}
    return table(
        "Failed, cut and abandoned calls",
        "What was paid for and never read to its end? Providers bill a cut answer up to the cut; a refusal costs "
        "nothing.",
        sql(ledger, largest(keys, columns, "hourly_by_model", where, limit=50)),
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


def _purposes(ledger: Dialect) -> Panel:
    share = ledger.ratio("sum(cost_nanousd)", "sum(sum(cost_nanousd)) OVER ()")
    columns = [
        f"{MARK} AS mark",
        f"{spent(ledger)} AS usd",
        f"{share} AS share",
        "sum(calls) AS calls",
        f"{WITHOUT_COST} AS without_cost",
    ]
    keys = {"purpose": "coalesce(purpose, '(unknown)')"}
    return table(
        "What for: chat, titles, agents ...",
        "How much goes to calls that no user asked for, such as titles? Share is of the known spend.",
        sql(ledger, largest(keys, columns, "hourly_by_model", chosen(ledger), limit=50)),
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


def rows(ledger: Dialect) -> list[Row]:
    """Return the rows of the board."""
    spent_on = [_per_day(ledger), _providers(ledger), _models(ledger)]
    saving = [_unread(ledger), _purposes(ledger), _saved()]
    return [
        Row("Where it goes: the chosen providers and models", spent_on),
        Row("Where money could be saved: the chosen providers and models", saving),
    ]
