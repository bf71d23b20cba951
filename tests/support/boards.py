"""The generated boards, as Grafana reads them."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from dashboards.__main__ import GENERATED

Json = dict[str, Any]
LEDGER = "grafana-postgresql-datasource"
NAMES = tuple(sorted(path.stem for path in GENERATED.glob("farebox-*.json")))


class Place(NamedTuple):
    """A panel and the board that it stands on."""

    board: Json
    panel: Json

    @property
    def id(self) -> str:
        return f"{self.board['uid']}: {self.panel['title']}"

    @property
    def queries(self) -> list[str]:
        """What the panel asks, in PromQL or SQL."""
        return [target.get("rawSql") or target["expr"] for target in self.panel["targets"]]

    @property
    def is_sql(self) -> bool:
        return bool(self.panel["datasource"]["type"] == LEDGER)

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


def places() -> list[Place]:
    """Return every panel of every board, without the headings of rows."""
    return [Place(one, panel) for one in map(board, NAMES) for panel in one["panels"] if panel["type"] != "row"]


def metrics_in(query: str) -> set[str]:
    """Return the names of farebox' metrics that a query in PromQL reads."""
    return set(re.findall(r"\b(?:farebox|process)_\w+", query))
