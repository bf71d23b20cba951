"""Queries to a ledger on ClickHouse, for the data source `grafana-clickhouse-datasource`."""

from collections.abc import Mapping
from typing import override

from .dialect import Dialect, Given, Json

_ZONE = "${tz:sqlstring}"
_WITHIN = "$__timeFilter_ms(started_at)"
_LATEST = f"SELECT id, max(revision) FROM call_changes WHERE {_WITHIN} GROUP BY id"


class ClickHouse(Dialect):
    """ClickHouse of 24.8 or later."""

    plugin = "grafana-clickhouse-datasource"
    # Of a series with one label, Grafana shows the label alone if the field has this name.
    value = '"Value"'
    # Without these, `sum(calls) AS calls` makes the next `sum(calls)` a sum of sums, and what has no match is zero. A
    # call and its changes are on one shard of a cluster.
    ending = " SETTINGS prefer_column_name_to_alias = 1, join_use_nulls = 1, distributed_product_mode = 'local'"
    first_hour = "toStartOfHour($__fromTime, 'UTC')"
    until = "$__toTime"
    hours = f"hour >= {first_hour} AND hour <= {until}"
    within = "$__timeFilter_ms(c.started_at)"
    # Rows are only ever added: completed and repriced calls are in `call_changes`, at their current price.
    calls = (
        f"(SELECT * FROM calls WHERE {_WITHIN} AND id NOT IN (SELECT id FROM call_changes WHERE {_WITHIN}) UNION ALL "
        f"SELECT * EXCEPT (revision, changed_at, is_price, sign) FROM call_changes WHERE {_WITHIN} AND sign = 1 "
        f"AND (id, revision) IN ({_LATEST})) AS c"
    )
    prices = ""
    cost = "c.cost_nanousd"
    status = "c.cost_status"
    parameters = "ARRAY JOIN JSONExtractKeys(ifNull(c.params, '')) AS key"

    @property
    @override
    def months(self) -> str:  # type: ignore[override]
        first, last = self.month("$__fromTime"), self.month("$__toTime")
        # A month is no range of the index, its first and last hour are.
        return f"hour >= {first} AND hour <= $__toTime + INTERVAL 32 DAY AND {self.month('hour')} <= {last}"

    @override
    def variable(self, expression: str, query: str) -> Json:
        asked = {"refId": "var", "editorType": "sql", "queryType": "sql", "rawSql": query}
        return {"query": asked, "definition": query}

    @override
    def chosen(self, variable: str, expression: str) -> str:
        # In a text, ClickHouse reads a backslash as the begin of an escape, so `:sqlstring` and `:singlequote` would
        # let a name such as `DOMAIN\\user` become another one, or end the text. Nothing of a URL can.
        given = f"'${{{variable}:queryparam}}'"
        names = (
            f"arrayMap(x -> decodeURLComponent(substring(x, {len(f'var-{variable}=') + 1})), splitByChar('&', {given}))"
        )
        return f"({given} = 'var-{variable}=$__all' OR has({names}, {expression}))"

    @override
    def by_choice(self, variable: str, expressions: Mapping[str, str], otherwise: str) -> str:
        given = f"'${{{variable}:queryparam}}'"
        cases = " ".join(
            f"WHEN {given} = 'var-{variable}={word}' THEN {expression}" for word, expression in expressions.items()
        )
        return f"CASE {cases} ELSE {otherwise} END"

    @override
    def before_end(self, days: int) -> str:
        return f"$__toTime - INTERVAL {days} DAY"

    @override
    def day(self, moment: str) -> str:
        return f"toStartOfDay({moment}, {_ZONE})"

    @override
    def month(self, moment: str) -> str:
        return f"toDateTime(toStartOfMonth({moment}, {_ZONE}), {_ZONE})"

    @override
    def month_name(self, moment: str) -> str:
        return f"formatDateTime({moment}, '%Y-%m', {_ZONE})"

    @override
    def usd(self, nanousd: str) -> str:
        # Decimal, never Float64: a nano-dollar counts.
        return f"toDecimal128({nanousd}, 9) / 1000000000"

    @override
    def digits(self, usd: str, decimals: int) -> str:
        return f"toDecimalString(round({usd}, {decimals}), {decimals})"

    @override
    def number(self, whole: str) -> str:
        return whole

    @override
    def quotient(self, part: str, whole: str) -> str:
        return f"toDecimal256({part}, 30) / nullif({whole}, 0)"

    @override
    def tenth(self, number: str) -> str:
        return f"intDiv({number} + 9, 10)"

    @override
    def text(self, value: str) -> str:
        return f"toString({value})"

    @override
    def texts(self, quoted: str) -> str:
        return f"[{quoted}]"

    @override
    def is_in(self, value: str, texts: str) -> str:
        return f"has({texts}, {value})"

    @override
    def all_and_some(self, all_: str, some: str) -> str:
        return f"countIf(NOT ({all_})) = 0 AND countIf({some}) > 0"

    @override
    def matched(self, given: Given, table: str, on: str, where: str, *, since: str | None = None) -> tuple[str, str]:
        rows = " UNION ALL ".join(
            "SELECT " + ", ".join(f"{value} AS {name}" for name, value in zip(given.columns, row, strict=True))
            for row in given.rows
        )
        # Joins by ranges read the whole table, so the first of them limits it too.
        first = f" AND hour >= (SELECT min({since}) FROM {given.name})" if since else ""
        key = given.columns[0]
        clause = (
            f"WITH {given.name} AS ({rows}), matches AS (SELECT {key} AS of, {table}.* FROM {given.name} "
            f"CROSS JOIN {table} WHERE {on} AND {where}{first})"
        )
        return clause, f"{given.name} LEFT JOIN matches ON {key} = of"


CLICKHOUSE = ClickHouse()
