"""What Grafana makes of a board's queries before it asks: variables and macros filled in, and the answers."""

import json
import re
import urllib.error
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.support.boards import Json
from tests.support.sidecar import _DIRECT

# Not `$1`, a group of a regular expression.
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$([A-Za-z_]\w*)")
# As where Prometheus scrapes each 75 seconds: a rate is over five minutes, in which all of a test lies.
_SCRAPE = 75


@dataclass(frozen=True)
class Asker:
    """The time range of a board and what is chosen in its variables; what is not named is All, or its default."""

    board: Json
    until: datetime
    since: datetime
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        return int((self.until - self.since).total_seconds())

    def promql(self, query: str) -> str:
        """Return what Prometheus is asked."""
        step = max(_SCRAPE, self.seconds // 600)
        own = {
            "__rate_interval": f"{max(step + _SCRAPE, 4 * _SCRAPE)}s",
            "__range": f"{self.seconds}s",
            "__interval": f"{step}s",
        }
        return _VARIABLE.sub(lambda found: own.get(_name(found)) or self._regex(_name(found)), query)

    def sql(self, query: str) -> str:
        """Return what Postgres is asked: macros as in Grafana's own data source, which writes times in UTC."""
        since, until = (
            f"'{when.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}'" for when in (self.since, self.until)
        )
        query = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {since} AND {until}", query)
        query = query.replace("$__timeFrom()", since).replace("$__timeTo()", until)
        assert "$__" not in query, query
        return _VARIABLE.sub(lambda found: self._quoted(_name(found)), query)

    def _variable(self, name: str) -> Json:
        [found] = [one for one in self.board["templating"]["list"] if one["name"] == name]
        return dict(found)

    def _regex(self, name: str) -> str:
        values = self.chosen.get(name)
        return str(self._variable(name)["allValue"]) if values is None else "|".join(values)

    def _quoted(self, name: str) -> str:
        """Return values as `:sqlstring` writes them; what stands for All goes in as it is."""
        variable = self._variable(name)
        values = self.chosen.get(name)
        if values is None and variable.get("allValue"):
            return str(variable["allValue"])
        return ",".join("'" + value.replace("'", "''") + "'" for value in values or [variable["current"]["value"]])


def _name(found: re.Match[str]) -> str:
    return found[1] or found[3]


def chosen_hours(board: Json, hours: float = 1, **chosen: Sequence[str]) -> Asker:
    """Return an asker for the last `hours`."""
    now = datetime.now(UTC)
    return Asker(board, now, now - timedelta(hours=hours), chosen)


def ask_ledger(connection: psycopg.Connection[Any], query: str) -> list[Json]:
    """Return the rows of a query, by column."""
    cursor = connection.execute(query.encode())
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def ask_prometheus(url: str, path: str, **parameters: str) -> Any:
    """Return the `data` of an answer of Prometheus' API; AssertionError if it refuses."""
    asked = f"{url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with _DIRECT.open(asked, timeout=30) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        if error.code == 503:
            raise  # not ready yet
        raise AssertionError(error.read().decode()) from error
