"""`farebox librechat`: its commands."""

import typer

from ..command import Command, Group
from .check import check
from .reconcile import reconcile

librechat = typer.Typer(
    help="Check LibreChat's files, and compare its own books with the ledger.",
    no_args_is_help=True,
    cls=Group,
)


@librechat.callback()
def root() -> None:
    pass


for command in (check, reconcile):
    librechat.command(cls=Command)(command)
