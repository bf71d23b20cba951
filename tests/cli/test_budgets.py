"""`farebox budgets` as it is typed."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

BUDGETS = """
budgets:
  - {name: office, scope: all, limit: 0.01 USD, window: rolling 30d}
  - {name: people, scope: user, match: "*", limit: 1200 tokens, window: rolling 24h}
"""


@pytest.fixture(autouse=True)
def file(home: Path) -> Path:
    path = home.parent / "farebox.yaml"
    path.write_text(BUDGETS, encoding="utf-8")
    return path


def test_each_budget_is_a_line_and_what_is_unknown_a_note(run: Command) -> None:
    done = run("budgets")

    _, _, office, person, *told = (" ".join(line.split()) for line in done.out.splitlines())
    assert office.startswith("office rolling 30d $0.0100 $0.00350 35%")
    assert person.startswith("people: u1 rolling 24h 1,200 1,200 100%")
    assert told == ["office: 1 call with unknown cost, not in the use."]
    assert (done.code, done.err) == (0, "")


def test_json_has_every_budget(run: Command) -> None:
    told = json.loads(run("budgets", "--format", "json").out)["budgets"]

    assert [(one["budget"], one["name"], one["used"]) for one in told] == [
        ("office", None, 3_500_001),
        ("people", "u1", 1_200),
    ]


def test_csv_has_a_line_for_each(run: Command) -> None:
    header, *rows = run("budgets", "--format", "csv").out.splitlines()

    assert header.startswith("budget,scope,name,window,")
    assert [row.split(",")[0] for row in rows] == ["office", "people"]


def test_without_budgets_it_says_where_they_go(run: Command, file: Path) -> None:
    file.write_text("port: 0", encoding="utf-8")

    done = run("budgets")

    assert (done.code, done.err.startswith("farebox: budgets: there are none")) == (1, True)


def test_a_wrong_budget_is_refused_with_file_and_line(run: Command, file: Path) -> None:
    file.write_text(BUDGETS.replace("scope: user", "scope: usr"), encoding="utf-8")

    assert "farebox.yaml:4: budgets[1].scope: 'usr' is not a scope: did you mean user?" in run("budgets").err


def test_a_person_has_the_name_of_the_settings(run: Command, file: Path) -> None:
    file.write_text(BUDGETS + "users:\n  - {id: u1, name: Ann Example}\n", encoding="utf-8")

    assert "people: Ann Example" in run("budgets").out
    assert json.loads(run("budgets", "--format", "json").out)["budgets"][1]["name"] == "u1"
