"""`farebox man`."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

_NAME = "know what your LLM traffic costs"
_EXIT = (
    "0 if all is well, 1 for an error or a finding, 2 for a wrong command line; that of the command for `farebox run`."
)
_FILES = (
    ("~/.config/farebox/farebox.yaml", "Your own settings."),
    ("farebox.yaml", "Settings of the current folder; some keys are read only if --config names the file."),
    ("~/.local/share/farebox", "The data folder: ledger, spool and CA. FAREBOX_HOME names another."),
)


def man() -> None:
    """Print the manual page, made from the help of all commands.

    - `farebox man | man -l -`
    """
    # This module is one of those that the command line is made of.
    application = import_module(".main", __package__).app()
    typer.echo(page(get_command(application)), nl=False)


def page(command: Any) -> str:
    """Return the manual page of `command` in roff."""
    return "\n".join(_lines(command)) + "\n"


def _lines(command: Any) -> Iterator[str]:
    yield '.\\" Made by `make man` from the help of the commands: do not edit.'
    yield '.TH FAREBOX 1 "" farebox "User Commands"'
    yield from (".SH NAME", f"farebox \\- {_NAME}")
    yield from (".SH SYNOPSIS", ".B farebox", "COMMAND [OPTIONS]")
    yield from (".SH DESCRIPTION", _escaped(command.help))
    yield ".SH COMMANDS"
    for name, one in _commands(command, "farebox"):
        yield from _command(name, one)
    yield from (".SH EXIT STATUS", _escaped(_EXIT), ".SH FILES")
    for path, meaning in _FILES:
        yield from (".TP", f".I {_escaped(path)}", _escaped(meaning))


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, one in command.commands.items():
        if hasattr(one, "commands"):
            yield from _commands(one, f"{name} {word}")
        else:
            yield f"{name} {word}", one


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    words = " ".join(str(param.metavar or param.name.upper()) for param in arguments)
    yield f".SS {_escaped(f'{name} [OPTIONS] {words}'.rstrip())}"
    for paragraph in command.help.split("\n\n"):
        yield from _paragraph(" ".join(paragraph.split()) if not paragraph.startswith("- ") else paragraph)
    for param in command.params:
        yield ".TP"
        yield f".B {_escaped(_form(param))}"
        yield _escaped(param.help or "")


def _paragraph(text: str) -> Iterator[str]:
    if not text.startswith("- "):
        yield from (_escaped(text), ".PP")
        return
    yield ".EX"
    yield from (_escaped(line.removeprefix("- ").strip("` ")) for line in text.splitlines())
    yield from (".EE", ".PP")


def _form(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    value = "" if param.is_flag else f" {param.metavar or param.name.upper()}"
    return ", ".join((*param.opts, *param.secondary_opts)) + value


def _escaped(text: str) -> str:
    """Return `text` as roff prints it: no backslash, hyphen or leading dot of its own."""
    plain = re.sub(r"\s+", " ", text).strip().replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
