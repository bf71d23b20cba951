"""`farebox requeue`."""

import typer

from ..config import settings as settings_module
from ..recorder.requeue import requeue as requeue_dead_letters
from ..report.figures import plural
from .options import Config


def requeue(*, config: Config = None) -> None:
    """Put dead letters, calls that could not be recorded, back into the spool, so that they are tried again.

    - `farebox requeue`
    """
    settings = settings_module.load({}, config=config)
    done = requeue_dead_letters(settings)
    typer.echo(f"{plural(done.calls, 'dead letter')} put back into {settings.spool_folder}")
    if done.calls:
        typer.echo("farebox records them now if it is running, otherwise at its next start")
    for path in done.unread:
        typer.echo(f"not readable, left in place: {path}", err=True)
