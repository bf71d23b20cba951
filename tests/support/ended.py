"""The port, the spools and the rows that a sidecar leaves when it ends, read as any other program would."""

import socket
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from tests.support.sidecar import export

RECORDER = "farebox.recorder"
WORKER = "farebox.proxy"
SECONDS = 200.0


def wait_until_nobody_listens(port: int) -> None:
    _wait_until_listening(port, wanted=False)


def wait_until_somebody_listens(port: int) -> None:
    _wait_until_listening(port, wanted=True)


def _wait_until_listening(port: int, *, wanted: bool) -> None:
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if (probe.connect_ex(("127.0.0.1", port)) == 0) is wanted:
                return
        time.sleep(0.02)
    raise AssertionError(f"port {port} is {'closed' if wanted else 'open'} still")


def outcomes(home: Path) -> list[tuple[str, str]]:
    return sorted((row["response_id"], row["outcome"]) for row in export(home))


def spools(home: Path) -> list[Path]:
    return list((home / "spool").iterdir())


def wait_for_row(home: Path) -> tuple[str]:
    """Return the response id of the first call in the ledger, read as any other program would."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(_read_only(home), uri=True)) as ledger:
            found: tuple[str] | None = ledger.execute("SELECT response_id FROM calls").fetchone()
            if found:
                return found
        time.sleep(0.02)
    raise AssertionError("no call in the ledger")


def number_of_rows(home: Path) -> int:
    with closing(sqlite3.connect(_read_only(home), uri=True)) as ledger:
        [number] = ledger.execute("SELECT count(*) FROM calls").fetchone()
    assert isinstance(number, int)
    return number


def _read_only(home: Path) -> str:
    return f"{(home / 'ledger.db').as_uri()}?mode=ro"
