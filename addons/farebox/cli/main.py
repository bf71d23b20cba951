"""`farebox`: its commands and what they share."""

import logging
import os
import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from .. import __version__
from ..errors import FareboxError

# In the order in which a newcomer meets them, each with its module, where its function has its name.
COMMANDS = {
    **{name: name for name in ("run", "up", "demo", "report", "tail", "show", "doctor", "export", "reprice")},
    "what-if": "what_if",
    "migrate": "migrate",
    "forget": "forget",
    "prices": "prices.main",
}


def app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command line with the commands `names`; what only others need is not imported."""
    made = typer.Typer(
        name="farebox",
        help="Know what your LLM traffic costs, to the cent and to the second.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=root,
    )
    for name in names:
        command = getattr(import_module(f".{COMMANDS[name]}", __package__), name.replace("-", "_"))
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(context_settings={"allow_interspersed_args": name != "run"})(command)
    return made


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"farebox {__version__}")
        raise typer.Exit


def root(
    _version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line; a FareboxError is printed as it is, and the exit code is 1."""
    # What is written here, and by what is started from here, is for its owner alone.
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="farebox: %(message)s", stream=sys.stderr)
    for name in ("alembic", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        asked = sys.argv[1:2]
        app(asked if asked and asked[0] in COMMANDS else COMMANDS)()
    except FareboxError as error:
        typer.echo(f"farebox: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
