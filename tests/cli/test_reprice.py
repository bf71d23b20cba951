"""`farebox reprice`: another price beside the one recorded, and what changed to the nano-dollar."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import reading, record_of


def keep(engine: Engine, *rows: Record) -> None:
    DatabaseSink(engine).write(rows, {})


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    home = tmp_path / "home"
    home.mkdir()
    rules = "prices:\n  - match: {provider: groq, model: house-*}\n    per_mtok: {input: 1, output: 2}\n"
    (tmp_path / "farebox.yaml").write_text(rules)
    with new_ledger(home / "ledger.db") as engine:
        house = record_of(reading(provider="groq", host="api.groq.com", model_requested="house-7b"))
        keep(engine, replace(house, id="0190aaaa-0000-7000-8000-000000000001"), record_of(reading()))
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=home)


def test_the_command_prices_by_ones_own_prices_and_reports_follow(command: Callable[..., Done]) -> None:
    dry = command("reprice", "--since", "all", "--dry-run")
    before = json.loads(command("report", "--since", "all", "--format", "json").out)
    done = json.loads(command("reprice", "--since", "all", "--only", "unpriced", "--format", "json").out)
    after = json.loads(command("report", "--since", "all", "--format", "json").out)
    shown = command("show", "0190aaaa").out

    assert "unpriced → priced" in dry.out
    assert "1 call of 2 would get a new price; nothing was written" in dry.out
    # 900 x 1 and 100 x 2 USD for a million.
    assert [(row["model"], row["calls"], row["difference_usd"]) for row in done["rows"]] == [
        ("house-7b", 1, "0.001100000")
    ]
    assert after["total"]["cost_nanousd"] - before["total"]["cost_nanousd"] == 1_100_000
    assert (before["total"]["unpriced"], after["total"]["unpriced"]) == (1, 0)
    assert "as recorded" in shown
    assert "$0.001100000" in shown


def test_it_says_so_where_nothing_changes(command: Callable[..., Done]) -> None:
    command("reprice", "--since", "all")

    assert "nothing to change" in command("reprice", "--since", "all").out
    assert "No such calls." in command("reprice", "--since", "all", "--where", "provider=grok").out


def test_it_says_so_where_prices_of_ones_own_would_go(command: Callable[..., Done], tmp_path: Path) -> None:
    settings = tmp_path / "farebox.yaml"
    assert command("reprice", "--since", "all").err == ""

    settings.write_text("timezone: UTC\n")
    other = command("reprice", "--since", "all", "--dry-run").err
    settings.unlink()
    none = command("reprice", "--since", "all", "--dry-run").err

    assert (
        other
        == "1 call had a price of your own before. The rules that set it are not in the settings that were read.\n"
    )
    assert none.startswith(f"1 call had a price of your own before. There is no farebox.yaml in {tmp_path}: ")


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--since", "soon"), "since: 'soon'"), (("--since", "1d", "--where", "mood=x"), "where: ")]
)
def test_what_is_no_time_or_condition_is_refused(
    command: Callable[..., Done], arguments: tuple[str, ...], said: str
) -> None:
    refused = command("reprice", *arguments)

    assert refused.code == 1
    assert said in refused.err
