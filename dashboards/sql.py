"""Parts of the queries to the ledger in Postgres."""

from collections.abc import Mapping, Sequence

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
# Of groups that have something to pay alone: a sum of refusals and calls of a plan is nothing to pay, not unknown.
SPENT = f"CASE WHEN {WITHOUT_COST} = 0 THEN coalesce({USD}, 0) ELSE {USD} END"
ESTIMATED = "coalesce(sum(calls) FILTER (WHERE cost_status = 'estimated'), 0) > 0"
LOWER_BOUND = "coalesce(sum(calls) FILTER (WHERE cost_status IN ('partial', 'unpriced')), 0) > 0"
DAY = "date_trunc('day', hour, ${tz:sqlstring})"
MONTH = DAY.replace("'day'", "'month'")
_FROM, _TO = (MONTH.replace("hour", f"$__time{end}()::timestamptz") for end in ("From", "To"))
# The whole months that the time range touches; the index knows hours alone.
MONTHS = f"hour >= {_FROM} AND hour <= $__timeTo()::timestamptz + interval '32 days' AND {MONTH} <= {_TO}"


_MARKS = f"CASE WHEN {LOWER_BOUND} THEN '>= ' ELSE '' END || CASE WHEN {ESTIMATED} THEN '~' ELSE '' END"
# Never an empty text, for which Grafana writes what a table without rows says.
MARK = f"coalesce(nullif({_MARKS}, ''), '=')"


def marked(amount: str, pattern: str = "FM999999999990.000000000", before: str = "") -> str:
    """Return SQL for an amount as text, to the nano-dollar: `~` where some is estimated, `>=` where some lacks."""
    return f"{_MARKS} || {before}to_char({amount}, '{pattern}')"


EXACT = marked(SPENT)


def largest(
    keys: Mapping[str, str], columns: Sequence[str], table: str, where: str, *, limit: int, before: str = ""
) -> str:
    """Return a query of `columns` for the `limit` largest groups by spend; what is beyond is a row `other`.

    `keys` are the names of the groups' columns and their expressions, which are text and never NULL. Groups whose cost
    is wholly unknown come first: they may be the largest. `before` is ordered by before spend.
    """
    given = ", ".join(f"{expression} AS key_{place}" for place, expression in enumerate(keys.values()))
    names = ", ".join(f"key_{place}" for place in range(len(keys)))
    beyond = f"'other: ' || (SELECT max(place) - {limit} FROM placed) || ' more'"
    shown = ", ".join(
        f'CASE WHEN place <= {limit} THEN key_{place} ELSE {"'other'" if place else beyond} END AS "{name}"'
        for place, name in enumerate(keys)
    )
    order = f"{before}(sum(cost_nanousd) IS NULL AND {WITHOUT_COST} > 0) DESC, sum(cost_nanousd) DESC NULLS LAST"
    return f"""
        WITH chosen AS (SELECT {given}, {table}.* FROM {table} WHERE {where}),
        placed AS (SELECT {names}, row_number() OVER (ORDER BY {order}, {names}) AS place FROM chosen GROUP BY {names})
        SELECT {", ".join([shown, *columns])} FROM chosen JOIN placed USING ({names})
        GROUP BY {", ".join(map(str, range(1, len(keys) + 1)))} ORDER BY min(place)"""
