"""The common options of commands, each with a help text."""

import inspect
from typing import Annotated, get_args, get_origin

import pytest
import typer
from farebox.cli import options
from farebox.cli.main import COMMANDS, app

OPTIONS = {name: value for name, value in vars(options).items() if get_origin(value) is Annotated}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_can_be_left_out_and_says_what_it_takes(name: str) -> None:
    kind, option = get_args(OPTIONS[name])

    # Each command has a default of its own for the time from which it reads.
    assert name == "Since" or type(None) in get_args(kind)
    assert option.metavar
    assert option.help.endswith(".")


def test_until_documents_that_the_span_must_not_be_empty() -> None:
    _, option = get_args(options.Until)

    assert "must be later than --since" in option.help
    assert "Default: now, or the end of the day, month or year in --since." in option.help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_a_help_text(name: str) -> None:
    command = typer.main.get_command(app([name]))
    commands = [command, *getattr(command, "commands", {}).values()]
    commands += [inner for one in commands for inner in getattr(one, "commands", {}).values()]

    for one in commands:
        assert inspect.cleandoc(one.help or ""), one.name
        for parameter in one.params:
            assert getattr(parameter, "help", ""), (one.name, parameter.name)
