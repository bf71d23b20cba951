"""Boards for one installation."""

import json

import pytest
from farebox.grafana.boards import in_zone, without_ledger

from tests.support.boards import LEDGER, NAMES, board

every_board = pytest.mark.parametrize("name", NAMES)


@every_board
def test_days_are_cut_in_the_zone_that_times_are_shown_in(name: str) -> None:
    made = in_zone(board(name), "Asia/Kolkata")

    assert made["timezone"] == "Asia/Kolkata"
    assert [one["query"] for one in made["templating"]["list"] if one["name"] == "tz"] in (["Asia/Kolkata"], [])
    assert "${tz" not in json.dumps(made) or "Asia/Kolkata" in json.dumps(made["templating"])


@every_board
def test_a_board_without_ledger_says_so_where_a_panel_would_ask_it(name: str) -> None:
    whole = board(name)

    made = without_ledger(whole)

    assert LEDGER not in json.dumps(made)
    assert "${ledger" not in json.dumps([variable.get("query") for variable in made["templating"]["list"]])
    assert [panel["gridPos"] for panel in made["panels"]] == [panel["gridPos"] for panel in whole["panels"]]
    for before, after in zip(whole["panels"], made["panels"], strict=True):
        if before.get("datasource", {}).get("type") == LEDGER:
            assert (after["type"], after["title"], after["description"]) == (
                "text",
                before["title"],
                before["description"],
            )
            assert "needs a ledger in Postgres or ClickHouse" in after["options"]["content"]
        else:
            assert after == before
