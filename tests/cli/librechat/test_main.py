"""`farebox librechat` has its commands in the order of use."""

import typer
from farebox.cli.librechat.main import librechat


def test_every_command_of_librechat_is_registered_in_its_order() -> None:
    group = typer.main.get_command(librechat)

    assert list(getattr(group, "commands", {})) == ["check", "reconcile"]
    assert librechat.info.no_args_is_help
