"""`farebox what-if`: the same traffic on another model, call by call."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import reading, record_of


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    home = tmp_path / "home"
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        DatabaseSink(engine).write([record_of(reading())], {})
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=home)


def test_the_command_compares_several_models(command: Callable[..., Done]) -> None:
    both = ("--model", "anthropic/claude-sonnet-4-5", "--model", "openai/gpt-5")
    [claude, gpt] = json.loads(command("what-if", *both, "--since", "all", "--format", "json").out)
    flex = json.loads(
        command(
            "what-if",
            "--model",
            "gpt-5",
            "--provider",
            "openai",
            "--tier",
            "flex",
            "--since",
            "all",
            "--format",
            "json",
        ).out
    )
    shown = command("what-if", *both, "--since", "all").out

    # 900 in, 100 out: at 2.50 and 10 USD for a million here, at 3 and 15, and at 1.25 and 10 there.
    assert claude["total"]["actual_nanousd"] == gpt["total"]["actual_nanousd"] == 3_250_000
    assert (claude["total"]["there_nanousd"], gpt["total"]["there_nanousd"]) == (4_200_000, 2_125_000)
    assert flex[0]["total"]["there_nanousd"] * 2 == 2_125_000
    assert "On anthropic/claude-sonnet-4-5" in shown
    assert "another model counts the same text differently" in shown


def test_a_model_of_one_s_own_is_compared(command: Callable[..., Done], tmp_path: Path) -> None:
    rule = "{match: {provider: riverside, model: own}, per_mtok: {input: 1, output: 2}}"
    (tmp_path / "farebox.yaml").write_text(f"prices: [{rule}]", encoding="utf-8")

    [own] = json.loads(command("what-if", "--model", "riverside/own", "--since", "all", "--format", "json").out)

    # 900 in, 100 out.
    assert own["total"]["there_nanousd"] == 900 * 1_000 + 100 * 2_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "gpt-5"), "PROVIDER/gpt-5"),
        (("--model", "nobody/gpt-5"), "unknown provider 'nobody'"),
        (("--model", "openai/gpt-5", "--by", "mood"), "by: unknown name 'mood'"),
        (("--model", "openai/gpt-99"), "no catalogue has 'gpt-99' of openai"),
    ],
)
def test_a_model_that_nobody_sells_is_refused(
    command: Callable[..., Done], arguments: tuple[str, ...], said: str
) -> None:
    refused = command("what-if", *arguments)

    assert refused.code == 1
    assert said in refused.err


def test_it_says_so_where_there_are_no_calls(command: Callable[..., Done]) -> None:
    assert "No calls with tokens" in command("what-if", "--model", "openai/gpt-5", "--since", "2020").out
