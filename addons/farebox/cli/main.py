"""`farebox`: its commands and what they share."""

import logging
import os
import sys

import typer

from .. import __version__
from ..errors import FareboxError
from .demo import demo
from .doctor import doctor
from .export import export
from .migrate import migrate
from .prices.main import prices
from .report import report
from .reprice import reprice
from .run import run
from .show import show
from .tail import tail
from .up import up
from .what_if import what_if

app = typer.Typer(
    name="farebox",
    help="Know what your LLM traffic costs, to the cent and to the second.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
# In the order in which a newcomer meets them.
app.command(context_settings={"allow_interspersed_args": False})(run)
for command in (up, demo, report, tail, show, doctor, export, reprice, what_if, migrate):
    app.command()(command)
app.add_typer(prices, name="prices")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"farebox {__version__}")
        raise typer.Exit


@app.callback()
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
        app()
    except FareboxError as error:
        typer.echo(f"farebox: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
