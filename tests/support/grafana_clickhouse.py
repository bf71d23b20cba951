"""What Grafana and its data source for ClickHouse make of a board's query, and the answers with every digit."""

import re
import urllib.parse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from farebox.store.clickhouse import values
from farebox.store.clickhouse.http import Server

from tests.support.boards import Json
from tests.support.grafana import Asker

_ALL = ("$__all",)
_WRAPPED = re.compile(r"^(?:Nullable|LowCardinality)\((.*)\)$")
# Times with their zone, so that no local time of a change of the clocks is two times.
_SETTINGS = {"date_time_output_format": "iso"}


def filled(asker: Asker, query: str) -> str:
    """Return what ClickHouse is asked, with variables and macros filled in."""
    query = re.sub(r"\$\{(\w+):(\w+)\}", lambda found: _value(asker, found[1], found[2]), query)
    since, until = asker.since.timestamp(), asker.until.timestamp()
    first, last = (f"fromUnixTimestamp64Milli({int(moment * 1000)})" for moment in (since, until))
    query = re.sub(r"\$__timeFilter_ms\(([^)]*)\)", rf"\1 >= {first} AND \1 <= {last}", query)
    query = query.replace("$__fromTime", f"toDateTime({int(since)})").replace("$__toTime", f"toDateTime({int(until)})")
    assert "$__" not in query.replace("=$__all", ""), query
    return query


def ask_clickhouse(server: Server, query: str) -> list[Json]:
    """Return the rows of a query, by column."""
    answer = (
        server.ask(f"{query} FORMAT TabSeparatedWithNamesAndTypes", settings=_SETTINGS).removesuffix("\n").split("\n")
    )
    names, kinds = (line.split("\t") for line in answer[:2])
    readers = [_reader(kind) for kind in kinds]
    return [dict(zip(names, values.row_of(line, readers), strict=True)) for line in answer[2:]]


def _value(asker: Asker, name: str, form: str) -> str:
    """Return what is chosen, as the `form` writes it that the query asks for."""
    [variable] = [one for one in asker.board["templating"]["list"] if one["name"] == name]
    default = variable["current"]["value"]
    chosen: Sequence[str] = asker.chosen.get(name, _ALL if variable.get("includeAll") else [default])
    if form == "sqlstring":
        return ",".join("'" + value.replace("'", "''").replace('"', '\\"') + "'" for value in chosen)
    assert form == "queryparam", form
    # What a browser and Grafana leave as it is.
    return "&".join(f"var-{name}={urllib.parse.quote(value, safe='@:$,;')}" for value in chosen)


def _reader(kind: str) -> Callable[[str], Any]:
    while found := _WRAPPED.match(kind):
        kind = found[1]
    if kind.startswith("Decimal"):
        return lambda text: None if text == "\\N" else Decimal(text)
    if kind.startswith("DateTime"):
        return lambda text: None if text == "\\N" else datetime.fromisoformat(text).astimezone(UTC)
    return values.reader(kind)
