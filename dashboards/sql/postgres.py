"""Queries to a ledger in Postgres."""

from collections.abc import Mapping
from typing import override

from .dialect import Dialect, Given, Json

_ZONE = "${tz:sqlstring}"
_FROM, _TO = (f"$__time{end}()::timestamptz" for end in ("From", "To"))


class Postgres(Dialect):
    """Postgres, asked by the data source that comes with Grafana."""

    plugin = "grafana-postgresql-datasource"
    value = "usd"
    ending = ""
    # `$__timeFilter(hour)` would lose the first hour, a cut one, and without its zone, date_trunc cuts hours where the
    # server's zone does, which may be at half past.
    first_hour = f"date_trunc('hour', {_FROM}, 'UTC')"
    until = _TO
    hours = f"hour >= {first_hour} AND hour <= {until}"
    # The index knows hours alone.
    months = (
        f"hour >= date_trunc('month', {_FROM}, {_ZONE}) AND hour <= {_TO} + interval '32 days' "
        f"AND date_trunc('month', hour, {_ZONE}) <= date_trunc('month', {_TO}, {_ZONE})"
    )
    within = "$__timeFilter(c.started_at)"
    calls = "calls c"
    # The newest of the prices that `farebox reprice` put beside the recorded one.
    prices = """LEFT JOIN LATERAL (SELECT p.cost_nanousd, p.cost_status FROM call_prices p
    WHERE p.call_id = c.id AND p.started_at = c.started_at ORDER BY revision DESC LIMIT 1) p ON true"""
    cost = "CASE WHEN p.cost_status IS NULL THEN c.cost_nanousd ELSE p.cost_nanousd END"
    status = "coalesce(p.cost_status, c.cost_status)"
    parameters = "CROSS JOIN LATERAL jsonb_object_keys(c.params) AS key"

    @override
    def variable(self, expression: str, query: str) -> Json:
        # `x IN (x)` holds for rows older than the listed ones too.
        return {"query": query, "definition": query, "allValue": expression}

    @override
    def chosen(self, variable: str, expression: str) -> str:
        return f"{expression} IN (${{{variable}:sqlstring}})"

    @override
    def by_choice(self, variable: str, expressions: Mapping[str, str], otherwise: str) -> str:
        cases = " ".join(f"WHEN '{word}' THEN {expression}" for word, expression in expressions.items())
        return f"CASE ${{{variable}:sqlstring}} {cases} ELSE {otherwise} END"

    @override
    def before_end(self, days: int) -> str:
        return f"{_TO} - interval '{days} days'"

    @override
    def day(self, moment: str) -> str:
        return f"date_trunc('day', {moment}, {_ZONE})"

    @override
    def month(self, moment: str) -> str:
        return f"date_trunc('month', {moment}, {_ZONE})"

    @override
    def month_name(self, moment: str) -> str:
        return f"to_char({self.month(moment)} AT TIME ZONE {_ZONE}, 'YYYY-MM')"

    @override
    def usd(self, nanousd: str) -> str:
        # numeric, never float: a nano-dollar counts.
        return f"{nanousd}::numeric / 1000000000"

    @override
    def digits(self, usd: str, decimals: int) -> str:
        return f"to_char({usd}, 'FM999999999990.{'0' * decimals}')"

    @override
    def number(self, whole: str) -> str:
        return f"{whole}::numeric"

    @override
    def quotient(self, part: str, whole: str) -> str:
        return f"{part} / nullif({whole}, 0)"

    @override
    def tenth(self, number: str) -> str:
        return f"ceil(0.1 * {number})"

    @override
    def text(self, value: str) -> str:
        return f"{value}::text"

    @override
    def texts(self, quoted: str) -> str:
        return f"ARRAY[{quoted}]"

    @override
    def is_in(self, value: str, texts: str) -> str:
        return f"{value} = ANY ({texts})"

    @override
    def all_and_some(self, all_: str, some: str) -> str:
        return f"bool_and({all_}) AND bool_or({some})"

    @override
    def matched(self, given: Given, table: str, on: str, where: str, *, since: str | None = None) -> tuple[str, str]:
        rows = ", ".join(f"({', '.join(row)})" for row in given.rows)
        clause = f"WITH {given.name} ({', '.join(given.columns)}) AS (VALUES {rows})"
        return clause, f"{given.name} LEFT JOIN {table} ON {on} AND {where}"


POSTGRES = Postgres()
