"""The URL of the ledger."""

from collections.abc import Iterator
from pathlib import Path

from .access import secret_of

_SCHEMES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgres", "postgresql+psycopg", "clickhouse")
KNOWN = "a file, sqlite:///PATH, postgresql://USER:PASSWORD@HOST/DATABASE or clickhouse://USER:PASSWORD@HOST/DATABASE"


def problems(given: str) -> Iterator[str]:
    """Yield that the setting `ledger` names no ledger; it is not quoted, as it can hold a password."""
    scheme, colon, _ = given.partition(":")
    if given.startswith("@") or (colon and scheme in _SCHEMES):
        return
    if colon:
        named = repr(scheme) if "://" in given and "@" not in scheme else "its value"
        yield f"ledger: {named} is not a database that farebox can use: write {KNOWN}"
    elif "@" in given:
        yield f"ledger: an address without its scheme: write {KNOWN}"


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
