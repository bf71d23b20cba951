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
from .sql.dialect import Dialect, Given
from .sql.sums import MODEL, WITHOUT_COST, chosen, marked, spent, usd
from .sql.sums import exact as exact_usd
from .thresholds import CATALOGUE_AGE, PRICE_DRIFT

_DAYS = Unit("dtdurations", 0)


def _periods(ledger: Dialect) -> Given:
    rows = [
        ["1", "'today'", ledger.day("now()"), "now()"],
        ["2", "'this month'", ledger.month("now()"), "now()"],
        ["3", "'chosen time range'", ledger.first_hour, ledger.until],
    ]
    return Given("periods", ["place", "period", "since", "until"], rows)


def _sums(ledger: Dialect) -> Panel:
    where = f"{ledger.chosen('provider', 'provider')} AND {ledger.chosen('model', MODEL)}"
    within = "hour >= since AND hour <= until"
    given, matched = ledger.matched(_periods(ledger), "hourly_by_model", within, where, since="since")
    known = marked(ledger, usd(ledger), 2, "'$' || ")
    query = f"""
        {given}
        SELECT period, CASE WHEN count(calls) = 0 THEN 'no calls' ELSE {known} END AS spend,
            coalesce(sum(calls), 0) AS calls, {WITHOUT_COST} AS without_cost, {exact_usd(ledger)} AS exact_usd
        FROM {matched}
        GROUP BY place, period ORDER BY place"""
    return table(
        "Spend, and what it leaves out",
        "What did the chosen providers and models cost, and can the sum be trusted? `~` marks sums with estimates in "
        "them; `>=` marks lower bounds: some calls have a partial cost or none. `Cost unknown` counts the calls that "
        "the sum leaves out. Exact USD has every nano-dollar. Days and months begin in the time zone of farebox; the "
        "chosen time range counts whole hours.",
        sql(ledger, query),
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


def _certainty(ledger: Dialect) -> Panel:
    where = chosen(ledger)
    rows = [[str(place), f"'{kind}'", ledger.texts(of)] for place, (kind, of) in enumerate(_CERTAINTY)]
    kinds = Given("kinds", ["place", "kind", "statuses"], rows)
    given, matched = ledger.matched(kinds, "hourly_by_model", ledger.is_in("cost_status", "statuses"), where)
    # A refusal costs nothing by itself, and so does a call that a plan has paid for.
    known = f"CASE WHEN place = {len(_CERTAINTY) - 1} OR count(calls) = 0 THEN 0 ELSE {usd(ledger)} END"
    query = f"""
        {given}
        SELECT kind, coalesce(sum(calls), 0) AS calls, {known} AS usd, {WITHOUT_COST} AS without_cost
        FROM {matched}
        GROUP BY place, kind HAVING (SELECT count(*) FROM hourly_by_model WHERE {where}) > 0 ORDER BY place"""
    return table(
        "How sure is the spend, in the chosen time range",
        "How much of the chosen spend did providers state themselves, how much comes from price lists, how much is "
        "estimated or a lower bound, and how many calls are missing from it?",
        sql(ledger, query),
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


def _unpriced(ledger: Dialect) -> Panel:
    query = f"""
        SELECT provider, coalesce(model, '(unknown)') AS model, sum(calls) AS calls, sum(input_tokens) AS input_tokens,
            sum(output_tokens) AS output_tokens, min(hour) AS since
        FROM hourly_by_model WHERE {chosen(ledger)} AND cost_status = 'unpriced' GROUP BY 1, 2
        ORDER BY 3 DESC LIMIT 100"""
    return table(
        "Models without a price",
        "Which calls are missing from the sums, and since when, in the chosen time range? `farebox prices lint` "
        "prints the lines to add to "
        "farebox.yaml; `farebox reprice` counts them in afterwards.",
        sql(ledger, query),
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


def _drift(ledger: Dialect) -> Panel:
    catalogue = usd(ledger, "catalogue_cost_nanousd")
    drift = f"{ledger.ratio('sum(cost_nanousd)', 'sum(catalogue_cost_nanousd)')} - 1"
    query = f"""
        SELECT provider, coalesce(model, '(unknown)') AS model, {usd(ledger)} AS reported, {catalogue} AS catalogue,
            {drift} AS drift
        FROM hourly_by_model
        WHERE {chosen(ledger)} AND cost_status = 'reported' AND catalogue_cost_nanousd IS NOT NULL
            AND catalogue_cost_nanousd_known = cost_nanousd_known
        GROUP BY 1, 2 ORDER BY abs({drift}) DESC NULLS LAST LIMIT 20"""
    levels = ((None, "orange"), (-PRICE_DRIFT, "text"), (PRICE_DRIFT, "orange"))
    return table(
        "Costs stated by providers, against the price lists",
        "Do the price lists drift? Of calls whose cost the provider stated, and that the lists can price too. More "
        f"than {PRICE_DRIFT:.0%} apart is orange, as in FareboxPricesDrift.",
        sql(ledger, query),
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
_INCLUDED = ("cost_status IN ('included', 'none')", "cost_status = 'included'")


def _payers(ledger: Dialect) -> Panel:
    listed = ledger.digits(usd(ledger, "catalogue_cost_nanousd"), 2)
    partly = "CASE WHEN coalesce(sum(catalogue_cost_nanousd_known), 0) < sum(calls) THEN '>= ' ELSE '' END"
    billed = marked(ledger, spent(ledger), 2, "'$' || ")
    query = f"""
        SELECT coalesce(billing, 'unknown') AS billing, coalesce(plan, '-') AS plan, sum(calls) AS calls,
            CASE WHEN {ledger.all_and_some(*_INCLUDED)} THEN 'included'
                ELSE coalesce({billed}, 'unknown') END AS billed, {WITHOUT_COST} AS without_cost,
            coalesce({partly} || '$' || {listed}, '-') AS listed
        FROM hourly_by_model WHERE {chosen(ledger)} GROUP BY 1, 2
        ORDER BY sum(cost_nanousd) DESC NULLS LAST, 3 DESC LIMIT 50"""
    return table(
        "Who pays, in the chosen time range",
        "What is billed by the call, and what have plans and reserved capacity paid for? Calls that are `included` "
        "aren't in the spend: they cost nothing by themselves. Their list price says what they would have cost; `>=` "
        "if it is known of some of the calls alone.",
        sql(ledger, query),
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


def first(ledger: Dialect) -> list[Row]:
    """Return the rows of the board's sums."""
    return [
        Row("Can it be believed: the chosen providers and models", [_sums(ledger), _certainty(ledger)]),
        Row("Who pays: the chosen providers and models", [_payers(ledger)]),
    ]


def rest(ledger: Dialect) -> list[Row]:
    """Return the rows of what a sum may lack."""
    panels = [_unpriced(ledger), _drift(ledger), _age()]
    return [Row("What is missing or may be wrong: the chosen providers and models", panels)]
