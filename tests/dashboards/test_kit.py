"""The kit: where panels come to stand, and who names grafanalib."""

import re

from dashboards.charts import stat
from dashboards.fields import defaults
from dashboards.kit import Board, Row, metric
from tests.support.paths import ROOT


def test_no_other_module_names_grafanalib() -> None:
    found = [
        path.name
        for path in (ROOT / "dashboards").rglob("*.py")
        if re.search(r"import.*grafanalib|from grafanalib", path.read_text())
    ]

    assert found == ["kit.py"]


def test_panels_fill_a_row_and_go_on_in_the_next_line() -> None:
    panels = [stat(title, "How many?", metric("up"), defaults=defaults(empty="no data"), width=10) for title in "abc"]

    made = Board("u", "Title", "Well?", [Row("One", panels), Row("Two", panels[:1])], []).json()

    places = [(panel["title"], panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made["panels"]]
    assert places == [("One", 0, 0), ("a", 0, 1), ("b", 10, 1), ("c", 0, 5), ("Two", 0, 9), ("a", 0, 10)]
    assert [panel["id"] for panel in made["panels"]] == [1, 2, 3, 4, 5, 6]


def test_each_query_of_a_panel_has_a_letter_and_its_data_source() -> None:
    panel = stat("a", "How many?", metric("up"), metric("down"), defaults=defaults(empty="no data"))

    [_, made] = Board("u", "Title", "Well?", [Row("One", [panel])], []).json()["panels"]

    assert [(target["refId"], target["datasource"]["uid"]) for target in made["targets"]] == [
        ("A", "${prometheus}"),
        ("B", "${prometheus}"),
    ]
