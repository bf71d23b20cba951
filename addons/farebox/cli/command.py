"""Commands as farebox shows and parses them: flags take no value in --help, and --json names the option that exists."""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_JSON, _FORMAT = "--json", "--format"


class Command(TyperCommand):
    """One command."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters; a flag shows no type."""
        return _without_types(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse `args`; BadParameter for --json where there is --format."""
        own = args[: args.index("--")] if "--" in args else args
        if _JSON in own and any(_FORMAT in param.opts for param in self.params):
            raise typer.BadParameter(f"there is no such option: write {_FORMAT} json", param_hint=_JSON)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


class Group(TyperGroup):
    """A command with commands of its own."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters; a flag shows no type."""
        return _without_types(super().get_params(ctx))


def _without_types(params: Any) -> Any:
    for param in params:
        # Typer shows <bool> for them, as if a value could follow.
        if getattr(param, "is_flag", False) and param.metavar is None:
            param.metavar = ""
    return params
