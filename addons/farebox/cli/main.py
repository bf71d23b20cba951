"""`farebox`: its commands and their common options."""

import logging
import os
import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from .. import __version__
from ..errors import FareboxError
from ..home.log_lines import log_to_stderr
from ..records.clean import visible_lines
from .command import Command, Group

# In the order of --help, each with its module; the function there has the name of the command.
COMMANDS = {
    **{
        name: name
        for name in (
            "run",
            "up",
            "demo",
            "report",
            "availability",
            "budgets",
            "tail",
            "show",
            "doctor",
            "export",
            "archive",
            "reprice",
        )
    },
    "what-if": "what_if",
    "params": "params",
    "migrate": "migrate",
    "dashboards": "dashboards",
    "requeue": "requeue",
    "forget": "forget",
    "man": "man",
    "alerts": "alerts",
    "ca": "ca",
    "prices": "prices.main",
    "librechat": "librechat.main",
}


def app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command line with the commands `names`; the modules of other commands are not imported."""
    application = typer.Typer(
        name="farebox",
        help="Know what your LLM traffic costs, to the cent and to the second.",
        no_args_is_help=True,
        cls=Group,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=root,
    )
    for name in names:
        command = getattr(import_module(f".{COMMANDS[name]}", __package__), name.replace("-", "_"))
        if isinstance(command, typer.Typer):
            application.add_typer(command, name=name)
        else:
            context = {"allow_interspersed_args": name != "run"}
            application.command(cls=Command, context_settings=context)(command)
    return application


def _needed(first: list[str]) -> Iterable[str]:
    """Return the commands that an invocation needs, by its first argument."""
    if first == ["--version"]:
        return ()
    return first if first and first[0] in COMMANDS else COMMANDS


def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"farebox {__version__}")
        raise typer.Exit


def root(
    _version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line; a FareboxError is printed without a traceback, and the exit code is 1."""
    # Files that this process and its children write are readable by their owner only.
    os.umask(0o077)
    log_to_stderr("farebox")
    for name in ("alembic", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        app(_needed(sys.argv[1:2]))()
    except FareboxError as error:
        typer.echo(f"farebox: {visible_lines(str(error))}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
