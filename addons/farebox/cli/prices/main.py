"""`farebox prices`: its commands."""

import typer

from ..command import Command, Group
from .diff import diff
from .drift import drift
from .lint import lint
from .show import show
from .update import update_prices

prices = typer.Typer(
    help="Inspect prices: what a model costs and from which source, and mistakes in your own prices.",
    no_args_is_help=True,
    cls=Group,
)


@prices.callback()
def root() -> None:
    pass


for command in (show, lint, diff, drift):
    prices.command(cls=Command)(command)
prices.command("update", cls=Command)(update_prices)
