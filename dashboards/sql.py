"""Parts of the queries to the ledger in Postgres."""

# The whole hours that the chosen time range touches. `$__timeFilter(hour)` would lose the first, cut one, and without
# its zone, date_trunc cuts hours where the server's zone does, which may be at half past.
HOURS = "hour >= date_trunc('hour', $__timeFrom()::timestamptz, 'UTC') AND hour <= $__timeTo()::timestamptz"
MODEL = "coalesce(model, '(unknown)')"
USER = "coalesce(user_id, '(unknown)')"
TEAM = "coalesce(team, '(unknown)')"
CHOSEN = f"{HOURS} AND provider IN (${{provider:sqlstring}}) AND {MODEL} IN (${{model:sqlstring}})"
CALLERS = f"{HOURS} AND provider IN (${{provider:sqlstring}})"
PERSON = f"{USER} IN (${{user:sqlstring}}) AND {TEAM} IN (${{team:sqlstring}})"

# numeric, never float: a nano-dollar counts.
USD = "sum(cost_nanousd)::numeric / 1000000000"
UNCERTAIN = "coalesce(sum(calls) FILTER (WHERE cost_status IN ('estimated', 'partial')), 0)"
WITHOUT_COST = "coalesce(sum(calls) FILTER (WHERE cost_status = 'unpriced'), 0)"
ESTIMATED = "coalesce(sum(calls) FILTER (WHERE cost_status = 'estimated'), 0) > 0"
LOWER_BOUND = "coalesce(sum(calls) FILTER (WHERE cost_status IN ('partial', 'unpriced')), 0) > 0"
DAY = "date_trunc('day', hour, ${tz:sqlstring})"


def marked(amount: str, pattern: str = "FM999999999990.000000000", before: str = "") -> str:
    """Return SQL for an amount as text, to the nano-dollar: `~` where some is estimated, `>=` where some lacks."""
    return (
        f"CASE WHEN {LOWER_BOUND} THEN '>= ' ELSE '' END || CASE WHEN {ESTIMATED} THEN '~' ELSE '' END || "
        f"{before}to_char({amount}, '{pattern}')"
    )


EXACT = marked(USD)
