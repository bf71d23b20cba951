"""Rows of Farebox / Spend that say what the sums are made of and what they leave out."""

from .charts import stat, table
from .fields import (
    CALLS,
    FINE_PERCENT,
    TEXT,
    TOKENS,
    UNKNOWN,
    UNKNOWN_TEXT,
    Unit,
    bar,
    column,
    defaults,
    exact,
    missing,
    money,
    named,
)
from .kit import Panel, Row, metric, sql
from .sql import CHOSEN, EXACT, MODEL, SPENT, USD, WITHOUT_COST, marked
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
        "them; `>=` marks lower bounds: some calls have a partial cost or none. `Cost unknown` counts the calls that "
        "the sum leaves out. Exact USD has every nano-dollar. Days and months begin in the time zone of farebox; the "
        "chosen time range counts whole hours.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("period", "Period"),
            column("spend", "Spend", TEXT, mappings=[UNKNOWN], align="right", width=130),
            column("calls", "Calls", TOKENS, width=90),
            missing(),
            exact(),
        ],
        rows=3,
        whole=True,
        width=12,
    )


_CERTAINTY = (
    ("stated by the provider", "'reported'"),
    ("from price lists", "'priced', 'free'"),
    ("~ estimated", "'estimated'"),
    (">= lower bound", "'partial'"),
    ("unknown: not in the sum", "'unpriced'"),
    ("nothing to pay: refused or in a plan", "'none', 'included'"),
)


def _certainty() -> Panel:
    kinds = ", ".join(f"({place}, '{kind}', ARRAY[{of}])" for place, (kind, of) in enumerate(_CERTAINTY))
    # A refusal costs nothing by itself, and so does a call that a plan has paid for.
    usd = f"CASE WHEN place = {len(_CERTAINTY) - 1} OR count(calls) = 0 THEN 0 ELSE {USD} END"
    query = f"""
        WITH kinds (place, kind, statuses) AS (VALUES {kinds})
        SELECT kind, coalesce(sum(calls), 0) AS calls, {usd} AS usd, {WITHOUT_COST} AS without_cost
        FROM kinds LEFT JOIN hourly_by_model ON cost_status = ANY (statuses) AND {CHOSEN}
        GROUP BY place, kind HAVING (SELECT count(*) FROM hourly_by_model WHERE {CHOSEN}) > 0 ORDER BY place"""
    return table(
        "How sure is the spend, in the chosen time range",
        "How much of the chosen spend did providers state themselves, how much comes from price lists, how much is "
        "estimated or a lower bound, and how many calls are missing from it?",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("kind", "The cost is", width=290),
            column("calls", "Calls", TOKENS, width=80),
            bar(),
            missing(),
        ],
        rows=len(_CERTAINTY),
        whole=True,
        width=12,
    )


def _unpriced() -> Panel:
    query = f"""
        SELECT provider, coalesce(model, '(unknown)') AS model, sum(calls) AS calls, sum(input_tokens) AS input_tokens,
            sum(output_tokens) AS output_tokens, min(hour) AS since
        FROM hourly_by_model WHERE {CHOSEN} AND cost_status = 'unpriced' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100"""
    return table(
        "Models without a price",
        "Which calls are missing from the sums, and since when, in the chosen time range? `farebox prices lint` "
        "prints the lines to add to "
        "farebox.yaml; `farebox reprice` counts them in afterwards.",
        sql(query),
        defaults=defaults(empty="every model has a price", mappings=[UNKNOWN]),
        overrides=[
            column("provider", "Provider", width=90),
            column("model", "Model"),
            column("calls", "Cost unknown", CALLS, steps=((None, "orange"),), width=120),
            column("input_tokens", "Input tokens", TOKENS, width=110),
            column("output_tokens", "Output tokens", TOKENS, width=115),
            column("since", "First hour", Unit("dateTimeAsIso"), width=165),
        ],
        rows=3,
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
    levels = ((None, "orange"), (-PRICE_DRIFT, "text"), (PRICE_DRIFT, "orange"))
    return table(
        "Costs stated by providers, against the price lists",
        "Do the price lists drift? Of calls whose cost the provider stated, and that the lists can price too. More "
        f"than {PRICE_DRIFT:.0%} apart is orange, as in FareboxPricesDrift.",
        sql(query),
        defaults=defaults(empty="no provider stated a cost"),
        overrides=[
            column("provider", "Provider", width=105),
            column("model", "Model"),
            money("reported", "Stated", width=85),
            money("catalogue", "By lists", width=85),
            column("drift", "Higher by", FINE_PERCENT, steps=levels, mappings=[UNKNOWN], width=90),
        ],
        rows=3,
        width=8,
    )


PAYERS = {
    "metered": ("billed by the call", "text"),
    "plan": ("included in a plan", "text"),
    "overage": ("billed beyond a plan", "text"),
    "provisioned": ("included in reserved capacity", "text"),
    "byok": ("billed to your key at a gateway", "text"),
    "free_tier": ("free of charge", "text"),
    "unknown": ("not known who pays", "text"),
}
_DOLLARS = "FM999999999990.00"


def _payers() -> Panel:
    listed = USD.replace("cost_nanousd", "catalogue_cost_nanousd")
    partly = "CASE WHEN coalesce(sum(catalogue_cost_nanousd_known), 0) < sum(calls) THEN '>= ' ELSE '' END"
    included = "bool_and(cost_status IN ('included', 'none')) AND bool_or(cost_status = 'included')"
    query = f"""
        SELECT coalesce(billing, 'unknown') AS billing, coalesce(plan, '-') AS plan, sum(calls) AS calls,
            CASE WHEN {included} THEN 'included'
                ELSE coalesce({marked(SPENT, _DOLLARS, "'$' || ")}, 'unknown') END AS billed,
            {WITHOUT_COST} AS without_cost,
            coalesce({partly} || '$' || to_char({listed}, '{_DOLLARS}'), '-') AS listed
        FROM hourly_by_model WHERE {CHOSEN} GROUP BY 1, 2 ORDER BY sum(cost_nanousd) DESC NULLS LAST, 3 DESC LIMIT 50"""
    return table(
        "Who pays, in the chosen time range",
        "What is billed by the call, and what have plans and reserved capacity paid for? Calls that are `included` "
        "aren't in the spend: they cost nothing by themselves. Their list price says what they would have cost; `>=` "
        "if it is known of some of the calls alone.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("billing", "The calls are", mappings=[named(PAYERS)], width=260),
            column("plan", "Plan"),
            column("calls", "Calls", TOKENS, width=90),
            column("billed", "Spend", TEXT, mappings=[UNKNOWN_TEXT], align="right", width=130),
            missing(),
            column("listed", "At list price", TEXT, align="right", width=130),
        ],
        rows=4,
        width=24,
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
        width=4,
    )


FIRST = [Row("Can it be believed: the chosen providers and models", [_sums(), _certainty()])]
WHO_PAYS = [Row("Who pays: the chosen providers and models", [_payers()])]
REST = [Row("What is missing or may be wrong: the chosen providers and models", [_unpriced(), _drift(), _age()])]
