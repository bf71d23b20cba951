"""Every command has examples, flags take no value, and --json names the option that exists."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farebox.cli import main
from typer.main import get_command

from tests.support.commands import Done, farebox

Command = Callable[..., Done]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    (tmp_path / "home").mkdir()
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=tmp_path / "home")


def commands(one: Any, name: str = "farebox") -> Iterator[tuple[str, Any]]:
    inner = getattr(one, "commands", None)
    if inner is None:
        yield name, one
    for word, command in (inner or {}).items():
        yield from commands(command, f"{name} {word}")


COMMANDS = dict(commands(get_command(main.app())))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_help_has_an_example_of_it(name: str) -> None:
    examples = [line for line in COMMANDS[name].help.splitlines() if line.strip().startswith("- `")]

    assert examples
    assert all(name in line for line in examples)


def test_a_flag_takes_no_value(run: Command) -> None:
    shown = run("params", "--help").out + run("--help").out + run("prices", "--help").out

    assert "--help" in shown
    assert "<bool>" not in shown


@pytest.mark.parametrize("command", [("report",), ("prices", "show", "gpt-5")])
def test_json_is_told_to_be_a_format(run: Command, command: tuple[str, ...]) -> None:
    done = run(*command, "--json")

    assert done.code == 2
    assert "write --format json" in done.err


def test_a_program_may_have_json_as_its_own_option(run: Command) -> None:
    assert "--format" not in run("run", "--", "/no/such/program", "--json").err
