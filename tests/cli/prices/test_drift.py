"""`farebox prices drift`: what the catalogues say of calls whose cost the provider stated."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.drift import Drift, drift
from farebox.store.summary import Scope

from tests.support.commands import Done, farebox
from tests.support.ledgers import DATABASES, new_ledger, new_postgres_ledger
from tests.support.samples import record


def stated(model: str, cost: int, catalogue: int | None, **told: Any) -> Record:
    amounts = {"cost_nanousd": cost, "catalogue_cost_nanousd": catalogue, "cost_status": "reported"}
    return record(provider="openrouter", model_returned=model, **amounts | told)


ROWS = [
    stated("a", 1_000, 1_100),
    stated("a", 1_000, 1_000),
    stated("a", 7, None),
    stated("b", 10_000_000, 5_000_000),
    stated("c", 5, 5, cost_status="priced"),
]
FOUND = [Drift("openrouter", "b", 1, 10_000_000, 5_000_000, 0), Drift("openrouter", "a", 2, 2_000, 2_100, 1)]


@pytest.mark.parametrize("database", DATABASES)
def test_the_greatest_difference_comes_first(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    open_ = (
        new_ledger(tmp_path / "ledger.db")
        if database == "sqlite"
        else new_postgres_ledger(request.getfixturevalue("postgres"))
    )
    with open_ as engine:
        DatabaseSink(engine).write(ROWS, {})

        assert drift(engine, Scope()) == FOUND


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    home = tmp_path / "home"
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        DatabaseSink(engine).write(ROWS, {})
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=home)


def test_the_command_prints_it(command: Callable[..., Done]) -> None:
    shown = command("prices", "drift", "--since", "all").out
    rows = json.loads(command("prices", "drift", "--since", "all", "--format", "json").out)

    assert "-50.0%" in shown
    assert "+5.0%" in shown
    assert "1 call that no catalogue can price" in shown
    assert [(row["model"], row["difference_usd"]) for row in rows] == [("b", "-0.005000000"), ("a", "0.000000100")]


def test_no_reported_cost_is_a_sentence(command: Callable[..., Done]) -> None:
    assert "No call since 2020 has a reported cost" in command("prices", "drift", "--since", "2020").out
