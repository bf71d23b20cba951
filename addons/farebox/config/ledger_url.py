"""The URL of the ledger."""

from pathlib import Path

from .access import secret_of


def ledger_url(given: str, home: Path) -> str:
    """Return the URL of the ledger that the setting `given` names; the path of a file is one of SQLite.

    Without any, it is in the data folder `home`. After an @ comes the name of a file that holds the URL, so that the
    list of processes shows no password.
    """
    if given.startswith("@"):
        given = secret_of(given[1:], "ledger")
    if given and ":" not in given:
        return f"sqlite:///{Path(given).expanduser().absolute()}"
    return given or f"sqlite:///{home.absolute() / 'ledger.db'}"
