"""`farebox forget`."""

from typing import Annotated

import typer

from ..config.settings import Settings
from ..report.figures import plural
from ..spool.reader import SpoolReader
from ..store import queries
from ..store.forget import Forgotten, Person
from ..store.forget import forget as forget_person
from .ledger import opened_ledger
from .options import Config, Ledger
from .reader_settings import settings_for_reading


def forget(
    *,
    user: Annotated[str | None, typer.Option("--user", metavar="ID", help="The person's user_id.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="FINGERPRINT", help="The key_fingerprint of an API key.")
    ] = None,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Remove a person from the ledger, for good. Calls and sums stay, without what identifies the person.

    - `farebox forget --user ann@example.com`
    - `farebox forget --key 3f9a0c1d2b4e5f60`
    """
    person = _person(user, key)
    settings = settings_for_reading({"ledger": ledger}, config)
    with opened_ledger(settings) as engine:
        forgotten = forget_person(engine, person)
        spooled = SpoolReader(settings.spool_folder, queries.positions(engine)).pending()
    typer.echo(_summary(person, forgotten, settings.ledger_name))
    for note in _notes(settings, forgotten, spooled):
        typer.echo(note, err=True)


def _person(user: str | None, key: str | None) -> Person:
    if user is not None and key is None:
        return Person("user_id", user)
    if key is not None and user is None:
        return Person("key_fingerprint", key)
    raise typer.BadParameter("pass either --user ID or --key FINGERPRINT")


def _summary(person: Person, forgotten: Forgotten, ledger: str) -> str:
    if not (forgotten.calls or forgotten.sums):
        return f"{ledger} has no call or hourly sum with {person.column} {person.value!r}"
    gone = f", and from {plural(forgotten.sums, 'hourly sum')} of deleted calls" if forgotten.sums else ""
    return f"{person.column} {person.value!r} is removed from {plural(forgotten.calls, 'call')}{gone} in {ledger}"


def _notes(settings: Settings, forgotten: Forgotten, spooled: int) -> list[str]:
    notes = []
    if forgotten.is_behind:
        notes.append("Calls are recorded faster than they are forgotten: run this again once the person makes none.")
    if spooled:
        notes.append(
            f"{plural(spooled, 'call')} in {settings.spool_folder} {'is' if spooled == 1 else 'are'} not recorded yet: "
            "run this again afterwards, in case they are the person's."
        )
    folder = settings.folder / "dead-letter"
    if letters := sum(1 for _ in folder.glob("*")):
        notes.append(
            f"{folder} has {plural(letters, 'dead letter')}, which may be the person's: delete them, or run "
            "`farebox requeue` and then this again."
        )
    return notes
