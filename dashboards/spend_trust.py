"""Rows of Farebox / Spend that say what the sums are made of and what they leave out."""

from .fields import (
    COUNT,
    FINE_PERCENT,
    MONEY,
    TEXT,
    TOKENS,
    UNKNOWN,
    Unit,
    column,
    defaults,
    exact,
    missing,
    money,
    override,
)
from .kit import Panel, Row, bars, metric, sql, stat, table
from .sql import CHOSEN, EXACT, MODEL, USD, WITHOUT_COST, marked
from .thresholds import CATALOGUE_AGE, PRICE_DRIFT

_DAYS = Unit("dtdurations", 0)


def _sums() -> Panel:
    query = f"""
        WITH periods (place, period, since, until) AS (VALUES
            (1, 'today', date_trunc('day', now(), ${{tz:sqlstring}}), now()),
            (2, 'this month', date_trunc('month', now(), ${{tz:sqlstring}}), now()),
            (3, 'chosen time range', date_trunc('hour', $__timeFrom()::timestamptz, 'UTC'), $__timeTo()::timestamptz))
        SELECT period,
            CASE WHEN count(calls) = 0 THEN 'no calls' ELSE {marked(USD, "FM999999999990.00", "'$' || ")} END AS spend,
            coalesce(sum(calls), 0) AS calls, {WITHOUT_COST} AS without_cost, {EXACT} AS exact_usd
        FROM periods LEFT JOIN hourly_by_model ON hour >= since AND hour <= until
            AND provider IN (${{provider:sqlstring}}) AND {MODEL} IN (${{model:sqlstring}})
        GROUP BY place, period ORDER BY place"""
    return table(
        "Spend, and what it leaves out",
        "What did the chosen providers and models cost, and can the sum be trusted? `~` marks sums with estimates in "
        "them; "
        "`>=` marks lower bounds: some calls have a partial cost or none. Exact USD has every nano-dollar. Days and "
        "months "
        "begin in the time zone of farebox; the chosen time range counts whole hours.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("period", "Period", width=170),
            column("spend", "Spend", TEXT, mappings=[UNKNOWN]),
            column("calls", "Calls", TOKENS),
            missing(),
            exact(),
        ],
        width=14,
        height=5,
    )


def _certainty() -> Panel:
    names = {
        "reported": ("Stated by the provider", "green"),
        "priced": ("Priced by lists", "green"),
        "estimated": ("~ Estimated", "yellow"),
        "partial": (">= Lower bounds", "orange"),
    }
    status = {"priced": "IN ('priced', 'free')"}
    sums = ", ".join(
        f"coalesce(({USD}), 0) AS {name}".replace(
            "sum(cost_nanousd)", f"sum(cost_nanousd) FILTER (WHERE cost_status {status.get(name, f'= {name!r}')})"
        )
        for name in names
    )
    return bars(
        "How sure is the spend",
        "How much of the chosen spend did providers state themselves, how much comes from price lists, how much is "
        "estimated or a lower bound? Calls without any price have no dollars, so the last bar counts calls.",
        sql(f"SELECT {sums}, {WITHOUT_COST} AS unpriced FROM hourly_by_model WHERE {CHOSEN} HAVING count(*) > 0"),
        defaults=defaults(MONEY, empty="no calls", mappings=[UNKNOWN]),
        overrides=[
            *(
                override(name, {"displayName": text, "color": {"mode": "fixed", "fixedColor": color}})
                for name, (text, color) in names.items()
            ),
            override(
                "unpriced",
                {
                    "displayName": "Without cost",
                    "unit": "suffix: calls",
                    "decimals": 0,
                    "color": {"mode": "fixed", "fixedColor": "red"},
                },
            ),
        ],
        width=10,
        height=5,
    )


def _unpriced() -> Panel:
    query = f"""
        SELECT provider, coalesce(model, '(unknown)') AS model, sum(calls) AS calls, sum(input_tokens) AS input_tokens,
            sum(output_tokens) AS output_tokens, min(hour) AS since
        FROM hourly_by_model WHERE {CHOSEN} AND cost_status = 'unpriced' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100"""
    return table(
        "Models without a price",
        "Which calls are missing from the sums, and since when? `farebox prices lint` prints the lines to add to "
        "farebox.yaml; `farebox reprice` counts them in afterwards.",
        sql(query),
        defaults=defaults(empty="every model has a price", mappings=[UNKNOWN]),
        overrides=[
            column("provider", "Provider", width=90),
            column("model", "Model"),
            column("calls", "Calls", COUNT, steps=((None, "orange"),), width=70),
            column("input_tokens", "Input tokens", TOKENS, width=110),
            column("output_tokens", "Output tokens", TOKENS, width=110),
            column("since", "Since", Unit("dateTimeAsIso"), width=170),
        ],
        width=12,
    )


def _drift() -> Panel:
    reported, catalogue = USD, USD.replace("cost_nanousd", "catalogue_cost_nanousd")
    query = f"""
        SELECT provider, coalesce(model, '(unknown)') AS model, {reported} AS reported, {catalogue} AS catalogue,
            sum(cost_nanousd)::numeric / nullif(sum(catalogue_cost_nanousd), 0) - 1 AS drift
        FROM hourly_by_model
        WHERE {CHOSEN} AND cost_status = 'reported' AND catalogue_cost_nanousd IS NOT NULL
            AND catalogue_cost_nanousd_known = cost_nanousd_known
        GROUP BY 1, 2 ORDER BY abs(sum(cost_nanousd)::numeric / nullif(sum(catalogue_cost_nanousd), 0) - 1)
        DESC NULLS LAST LIMIT 20"""
    levels = ((None, "orange"), (-PRICE_DRIFT, "transparent"), (PRICE_DRIFT, "orange"))
    return table(
        "Provider's bill against the price lists",
        "Do the price lists drift? Of calls whose cost the provider stated, and that the lists can price too. More "
        "than "
        f"{PRICE_DRIFT:.0%} apart is orange, as in FareboxPricesDrift.",
        sql(query),
        defaults=defaults(empty="no provider stated a cost"),
        overrides=[
            column("provider", "Provider", width=105),
            column("model", "Model"),
            money("reported", "Stated", width=85),
            money("catalogue", "By lists", width=85),
            column("drift", "Apart", FINE_PERCENT, steps=levels, mappings=[UNKNOWN], width=80),
        ],
        width=9,
    )


def _payers() -> Panel:
    listed = USD.replace("cost_nanousd", "catalogue_cost_nanousd")
    query = f"""
        SELECT coalesce(billing, '(unknown)') AS billing, coalesce(plan, '') AS plan, sum(calls) AS calls,
            {USD} AS billed, {WITHOUT_COST} AS without_cost, {listed} AS listed
        FROM hourly_by_model WHERE {CHOSEN} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 50"""
    return table(
        "Who pays",
        "What is billed by the call, and what have plans and reserved capacity paid for? Calls of these aren't in the "
        "spend: they cost nothing by themselves.",
        sql(query),
        defaults=defaults(empty="no calls", mappings=[UNKNOWN]),
        overrides=[
            column("billing", "Paid by", width=120),
            column("plan", "Plan"),
            column("calls", "Calls", COUNT, width=90),
            money("billed", "Billed", width=110),
            missing(),
            money("listed", "List price", width=110),
        ],
        width=12,
    )


def _age() -> Panel:
    return stat(
        "Age of the price lists",
        "Are prices current? Counted from the newest day on which a price was checked; `farebox prices update` fetches "
        "newer ones. Orange as in FareboxCatalogueOld.",
        metric("max(farebox_price_catalogue_age_seconds)", instant=True),
        defaults=defaults(
            _DAYS, empty="not reported", steps=((None, "green"), (CATALOGUE_AGE, "orange")), mappings=[UNKNOWN]
        ),
        width=3,
        height=8,
    )


FIRST = [Row("Can it be believed: the chosen providers and models", [_sums(), _certainty()])]
REST = [Row("What is missing or may be wrong", [_unpriced(), _drift(), _age()]), Row("Who pays", [_payers()])]
