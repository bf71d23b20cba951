"""The views of a ledger on ClickHouse: hourly sums and what else the queries read by the names of other ledgers. Pure.

The hourly sums are not stored beside the calls, so no failure can make them differ: they are queries of the calls and
of their changes. Servers that know projections keep the sums inside each part of `calls`, written with its rows.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from ...records.columns import COLUMNS, NOT_COUNTED, PRICED
from ..rollups.histogram import BOUNDS
from ..rollups.tables import CACHEABLE, ROLLUP_TABLES, RollupTable, buckets_of, known
from .tables import hour_of, on_cluster
from .values import MODERN, Version, literal

_IS_CALL = "(isNull(operation) OR operation NOT IN ({}))".format(", ".join(f"'{name}'" for name in NOT_COUNTED))
_HEX_OF_NOTHING = "''"
_TABLE = re.compile(r" FROM ([a-z]\w+)")


def views(version: Version) -> Mapping[str, str]:
    """Return the queries of the views by name, in the order in which they are made."""
    return {
        **{rollup.table: _hourly(rollup, version) for rollup in ROLLUP_TABLES},
        "hourly_changes": _changes(version),
        "call_prices": _prices(),
        "spool_positions": _POSITIONS,
        "pending_polls": _POLLS,
        "alembic_version": "SELECT max(version_num) AS version_num FROM ledger_revisions HAVING count() > 0",
    }


def narrowed(sql: str, version: Version) -> str:
    """Return `sql` so that it reads only the hourly sums that it names.

    ClickHouse resolves every column of a view, a hundred sums, before it finds that few are read. Sums of hours that a
    query only compares with times are those of all these hours together, as each query of hourly sums adds them up.
    """
    for rollup in ROLLUP_TABLES:
        compared = re.compile(rf"\b{rollup.table}\.hour (>=|<) (%\(\w+\)s)")
        bounds = compared.findall(sql)
        if bounds and len(bounds) == sql.count(f"{rollup.table}.hour"):
            sql = compared.sub("1", sql)
        else:
            bounds = []
        used = set(re.findall(rf"\b{rollup.table}\.(\w+)", sql)) | ({"calls"} if bounds else set())
        if used:
            within = [f"{hour_of(version)} {sign} {moment}" for sign, moment in bounds]
            narrow = f" FROM ({_hourly(rollup, version, used, within)}) AS {rollup.table}"
            sql = re.sub(rf"\sFROM {rollup.table}\b", narrow.replace("\\", r"\\"), sql)
    return sql


def projections(version: Version) -> Iterator[tuple[str, str]]:
    """Yield name and query of the sums that are kept inside the parts of `calls`."""
    for rollup in ROLLUP_TABLES:
        keys = ", ".join(expression for _, expression in _keys(rollup, version))
        sums = ", ".join(_amounts(rollup, version).values())
        yield rollup.table, f"SELECT {keys}, {sums} GROUP BY {keys}"


def create(name: str, query: str, database: str, cluster: str | None) -> Iterator[str]:
    """Yield the statements that make a view anew."""
    yield f"DROP TABLE IF EXISTS {name}{on_cluster(cluster)}"
    # On a cluster, 18.16 looks for unqualified tables in the database `default`.
    yield f"CREATE VIEW {name}{on_cluster(cluster)} AS {_TABLE.sub(rf' FROM {database}.\1', query)}"


def current(version: Version, before: datetime | None = None) -> str:
    """Return a query of the calls as they are now: completed, and at the prices that were known `before`."""
    names = ", ".join(column.name for column in COLUMNS)
    known_then = f"(is_price = 0 OR changed_at < {literal(before, version)})" if before else "1"
    # 18.16 reads a tuple of Int and UUID only as the columns of a subquery.
    latest = f"SELECT id, max(revision) FROM call_changes WHERE {known_then} GROUP BY id"
    changed = f"SELECT id FROM call_changes WHERE {known_then}"
    return (
        f"SELECT {names} FROM calls WHERE id NOT IN ({changed}) UNION ALL "
        f"SELECT {names} FROM call_changes WHERE sign = 1 AND (id, revision) IN ({latest})"
    )


def _hourly(
    rollup: RollupTable, version: Version, wanted: Collection[str] | None = None, within: Sequence[str] = ()
) -> str:
    """Return the query of a view, or of those of its columns that are `wanted`: grouped by fewer of them, too.

    With conditions on the hours in `within`, it is the sums of all these hours together.
    """
    names = set(rollup.columns) if wanted is None else {"calls", *wanted} | (set() if within else {"hour"})
    histograms = [name for name in rollup.histograms if names & {up_to(name), *buckets_of(name)}]
    # Without any other, a key that the condition on the calls needs anyway.
    keys = [key for key in _keys(rollup, version) if key[0] in names] or [("operation", "operation")]
    by = ", ".join(f"{expression} AS k_{name}" for name, expression in keys)
    grouped = ", ".join(f"k_{name}" for name, _ in keys)
    summed = names | {known(name) for name in rollup.measures if name in names} | set(map(up_to, histograms))
    plain, signed = (
        ", ".join(f"{sum_} AS s_{name}" for name, sum_ in sums.items() if name in summed)
        for sums in (_whole(_amounts(rollup, version)), _whole(_signed_amounts(rollup, version)))
    )
    # The conditions are on keys of the projections.
    conditions = " AND ".join((_IS_CALL, *within))
    parts = " UNION ALL ".join(
        f"SELECT {by}, {sums} FROM {table} WHERE {conditions} GROUP BY {grouped}"
        for table, sums in (("calls", plain), ("call_changes", signed))
    )
    totals = {name: _total(rollup, name) for name in ("calls", *_measured(rollup)) if name in names}
    totals |= {up_to(name): f"sumForEach(s_{up_to(name)})" for name in histograms}
    shown = {
        "hour": "k_hour",
        "key": _HEX_OF_NOTHING,
        **{name: f"k_{name}" for name in rollup.dimensions},
        **{name: f"t_{name}" for name in totals},
        **{name: bucket for histogram in histograms for name, bucket in _buckets(histogram)},
    }
    columns = ", ".join(f"{value} AS {name}" for name, value in shown.items() if name in names)
    summed_up = ", ".join(f"{sum_} AS t_{name}" for name, sum_ in totals.items())
    return f"SELECT {columns} FROM (SELECT {grouped}, {summed_up} FROM ({parts}) GROUP BY {grouped}) WHERE t_calls != 0"


def up_to(measure: str) -> str:
    """Return the name of the numbers of calls that have at most each of the BOUNDS: less to plan than its buckets."""
    return f"{measure}_up_to"


def calls_up_to(value: str, version: Version, weight: str = "") -> str:
    """Return the aggregate of `value` that `up_to` names."""
    count = f"toInt64({weight}ifNull({value} <= bound, 0))"
    if version >= MODERN:
        return f"sumForEach(arrayMap(bound -> {count}, [{', '.join(map(str, BOUNDS))}]))"
    # Here, a function of an array often finds no column.
    return f"sumForEach([{', '.join(count.replace('bound', str(bound)) for bound in BOUNDS)}])"


def _measured(rollup: RollupTable) -> Iterator[str]:
    for name in rollup.measures:
        yield from (name, known(name))


def _whole(sums: Mapping[str, str]) -> dict[str, str]:
    """Return sums in the type that both tables have."""
    return {name: sum_ if sum_.startswith("sumForEach") else f"toInt64({sum_})" for name, sum_ in sums.items()}


def _total(rollup: RollupTable, name: str) -> str:
    """Return the sum of both tables: NULL without a value, as in the other ledgers."""
    if name in rollup.measures:
        return f"if(sum(s_{known(name)}) = 0, NULL, sum(s_{name}))"
    return f"toInt64(sum(s_{name}))"


def _keys(rollup: RollupTable, version: Version) -> list[tuple[str, str]]:
    model = "coalesce(model_returned, model_requested)"
    return [("hour", hour_of(version)), *((name, model if name == "model" else name) for name in rollup.dimensions)]


def _value(measure: str) -> str:
    return "if(isNull(cache_read_tokens), NULL, input_tokens)" if measure == CACHEABLE else measure


def _amounts(rollup: RollupTable, version: Version) -> dict[str, str]:
    sums = {"calls": "count()"}
    for name in rollup.measures:
        sums |= {name: f"sum({name})", known(name): f"count({name})"}
    # Without `if` and NULL, which 26.9 rewrites in a query, but not in a projection, so that it would not use that.
    cached = "isNotNull(cache_read_tokens)"
    sums |= {
        CACHEABLE: f"sumIf(input_tokens, {cached})",
        known(CACHEABLE): f"countIf({cached} AND isNotNull(input_tokens))",
    }
    return sums | {up_to(name): calls_up_to(name, version) for name in rollup.histograms}


def _signed_amounts(rollup: RollupTable, version: Version) -> dict[str, str]:
    sums = {"calls": "sum(sign)"}
    for name in rollup.measures:
        value = _value(name)
        sums |= {name: f"sum(sign * ({value}))", known(name): f"sum(if(isNull({value}), 0, sign))"}
    return sums | {up_to(name): calls_up_to(name, version, "sign * ") for name in rollup.histograms}


def _buckets(measure: str) -> Iterator[tuple[str, str]]:
    """Yield each bucket of `measure` with the number of calls in it, NULL without any."""
    lower = ""
    for place, name in enumerate(buckets_of(measure), 1):
        within = f"arrayElement(t_{up_to(measure)}, {place})"
        yield name, f"nullIf({within}{lower}, 0)"
        lower = f" - {within}"


def _changes(version: Version) -> str:
    hour = hour_of(version)
    parts = " UNION ALL ".join(
        f"SELECT {hour} AS k_hour, sidecar AS k_sidecar, count() AS n FROM {table} WHERE {_IS_CALL} "
        "GROUP BY k_hour, k_sidecar"
        for table in ("calls", "call_changes")
    )
    return (
        "SELECT k_hour AS hour, ifNull(k_sidecar, '') AS sidecar, toInt64(sum(n)) AS revision "
        f"FROM ({parts}) GROUP BY k_hour, k_sidecar"
    )


def _prices() -> str:
    names = ", ".join(column.name for column in PRICED)
    return (
        f"SELECT id AS call_id, started_at, revision, changed_at AS priced_at, {names} "
        "FROM call_changes WHERE sign = 1 AND is_price = 1"
    )


_POSITIONS = (
    "SELECT spool, argMax(sidecar, version) AS sidecar, argMax(segment, version) AS segment, "
    "argMax(`offset`, version) AS `offset` FROM spool_positions_log GROUP BY spool HAVING argMax(gone, version) = 0"
)
_POLLS = (
    "SELECT host, dialect, response_id, argMax(started_at, version) AS started_at, argMax(message, version) AS message "
    "FROM pending_polls_log GROUP BY host, dialect, response_id HAVING argMax(gone, version) = 0"
)
