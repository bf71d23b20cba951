"""`farebox prices` has its commands in the order of use."""

import typer
from farebox.cli.prices.main import prices


def test_every_command_of_prices_is_registered_in_its_order() -> None:
    group = typer.main.get_command(prices)

    assert list(getattr(group, "commands", {})) == ["show", "lint", "diff", "drift", "update"]
    assert prices.info.no_args_is_help
