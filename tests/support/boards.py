"""The generated boards, as Grafana reads them."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dashboards.__main__ import GENERATED

Json = dict[str, Any]
LEDGER = "grafana-postgresql-datasource"
CLICKHOUSE = "grafana-clickhouse-datasource"
NAMES = tuple(sorted(path.stem for path in GENERATED.glob("farebox-*.json")))
# Those that ask a ledger, as they ask one on ClickHouse.
CLICKHOUSE_NAMES = tuple(sorted(f"clickhouse/{path.stem}" for path in GENERATED.glob("clickhouse/*.json")))


class Place(NamedTuple):
    """A panel and the board that it stands on."""

    board: Json
    panel: Json

    @property
    def id(self) -> str:
        where = " on ClickHouse" if self.panel.get("datasource", {}).get("type") == CLICKHOUSE else ""
        return f"{self.board['uid']}: {self.panel['title']}{where}"

    @property
    def queries(self) -> list[str]:
        """What the panel asks, in PromQL or SQL."""
        return [target.get("rawSql") or target["expr"] for target in self.panel["targets"]]

    @property
    def is_sql(self) -> bool:
        return self.panel["datasource"]["type"] in {LEDGER, CLICKHOUSE}

    @property
    def is_clickhouse(self) -> bool:
        """Whether the panel asks a ledger on ClickHouse."""
        return bool(self.panel["datasource"]["type"] == CLICKHOUSE)

    @property
    def defaults(self) -> Json:
        fields: Json = self.panel["fieldConfig"]["defaults"]
        return fields

    def columns(self) -> Iterator[Json]:
        """Yield how each field that differs from the defaults is shown, by property."""
        for override in self.panel["fieldConfig"]["overrides"]:
            shown = {one["id"]: one["value"] for one in override["properties"]}
            yield {"name": override["matcher"]["options"], **shown}


def board(name: str) -> Json:
    """Return the generated board `name`."""
    found: Json = json.loads((GENERATED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def places(names: Sequence[str] = NAMES) -> list[Place]:
    """Return every panel of the boards, without the headings of rows."""
    return [Place(one, panel) for one in map(board, names) for panel in one["panels"] if panel["type"] != "row"]


def metrics_in(query: str) -> set[str]:
    """Return the names of farebox' metrics that a query in PromQL reads."""
    return set(re.findall(r"\b(?:farebox|process)_\w+", query))
