"""`farebox librechat`: its commands."""

import typer

from .check import check

librechat = typer.Typer(
    help="Check LibreChat's files for calls that farebox would miss.",
    no_args_is_help=True,
)


@librechat.callback()
def root() -> None:
    pass


librechat.command()(check)
