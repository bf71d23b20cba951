"""`farebox alerts`: its commands."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
import uuid_utils
from rich.text import Text

from ..config import settings as settings_module
from ..config.destinations import Destination
from ..config.suggest import nearest
from ..errors import SettingsError
from ..notifications.delivery_error import DeliveryError
from ..notifications.message import TEST, Message
from ..notifications.sender import Sender
from ..report import styles
from .command import Command, Group
from .console import console
from .options import Config

alerts = typer.Typer(help="Try the destinations of notifications.", no_args_is_help=True, cls=Group)


@alerts.callback()
def root() -> None:
    pass


@alerts.command("test", cls=Command)
def send_test(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this destination; default: all of farebox.yaml.")
    ] = None,
    config: Config = None,
) -> None:
    """Send a test message to each destination and print what came back.

    Files and variables that hold URLs and secrets are read here, so run it with the environment of the sidecar. The
    exit code is 1 if a destination has not taken the message.

    - `farebox alerts test`
    - `farebox alerts test ops`
    """
    out, is_taken = console(), True
    for destination in _wanted(settings_module.load({}, config=config).destinations, name):
        try:
            Sender(destination).send(_message(datetime.now(UTC)))
        except DeliveryError as error:
            is_taken = False
            told = Text.assemble(("✗ ", f"bold {styles.BAD}"), f"{destination.name} ({destination.type}): {error}")
        else:
            told = Text.assemble(("✓ ", styles.GOOD_MARK), f"{destination.name} ({destination.type}): taken")
        out.print(told, soft_wrap=True)
    sys.exit(0 if is_taken else 1)


def _wanted(known: tuple[Destination, ...], name: str | None) -> list[Destination]:
    if not known:
        raise SettingsError("destinations: there are none: add some to farebox.yaml as docs/notifications.md describes")
    found = [one for one in known if name in {None, one.name}]
    if not found:
        names = [one.name for one in known]
        right = nearest(name or "", names)
        hint = f"did you mean {right}? " if right else ""
        raise SettingsError(f"{name!r} is not a destination: {hint}Known: {', '.join(names)}")
    return found


def _message(now: datetime) -> Message:
    return Message(
        id=str(uuid_utils.uuid7()),
        kind=TEST,
        created_at=now,
        severity="info",
        title="Test of farebox",
        text="This is a test of `farebox alerts test`: notifications of farebox reach this destination.",
        labels={"alertname": "FareboxTest", "severity": "info"},
    )
