"""`farebox forget` removes a person from the ledger and prints what it changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.records.reading import encode
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.spool.frames import MARK, frame
from farebox.store import queries
from farebox.store.engine import opened
from farebox.store.schema import calls
from sqlalchemy import delete

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import reading, record

Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return lambda *arguments: farebox(capfd, monkeypatch, "forget", *arguments, home=home)


def write(home: Path, *rows: Record) -> None:
    with new_ledger(home / "ledger.db") as engine:
        DatabaseSink(engine).write(rows, {})


def people(home: Path) -> list[tuple[str | None, str | None]]:
    with opened(f"sqlite:///{home / 'ledger.db'}") as engine:
        return [(row["user_id"], row["key_fingerprint"]) for row in queries.all_calls(engine)]


def test_a_user_is_removed_and_the_ledger_named(home: Path, run: Run) -> None:
    write(home, record(user_id="ann", key_fingerprint="f1"), record(user_id="ann"), record(user_id="bob"))

    done = run("--user", "ann")

    assert done == (0, f"user_id 'ann' is removed from 2 calls in sqlite:///{home}/ledger.db\n", "")
    assert people(home) == [(None, "f1"), (None, None), ("bob", None)]


def test_a_key_is_removed(home: Path, run: Run) -> None:
    write(home, record(user_id="ann", key_fingerprint="f1"))

    done = run("--key", "f1")

    assert done.out == f"key_fingerprint 'f1' is removed from 1 call in sqlite:///{home}/ledger.db\n"
    assert people(home) == [("ann", None)]


def test_sums_of_deleted_calls_are_counted(home: Path, run: Run) -> None:
    write(home, record(user_id="ann"))
    with opened(f"sqlite:///{home / 'ledger.db'}") as engine, engine.begin() as connection:
        connection.execute(delete(calls))

    done = run("--user", "ann")

    assert done.out.startswith("user_id 'ann' is removed from 0 calls, and from 1 hourly sum of deleted calls in ")


def test_a_person_without_calls_is_named(home: Path, run: Run) -> None:
    write(home, record(user_id="bob"))

    done = run("--user", "ann")

    assert done == (0, f"sqlite:///{home}/ledger.db has no call or hourly sum with user_id 'ann'\n", "")


@pytest.mark.parametrize("arguments", [(), ("--user", "ann", "--key", "f1")])
def test_one_person_must_be_named(home: Path, run: Run, arguments: tuple[str, ...]) -> None:
    write(home, record(user_id="ann", key_fingerprint="f1"))

    done = run(*arguments)

    assert done.code == 2
    assert "either --user ID or --key FINGERPRINT" in done.err
    assert people(home) == [("ann", "f1")]


def test_calls_that_wait_are_noted(home: Path, run: Run) -> None:
    write(home, record(user_id="ann"))
    (home / "spool" / "worker").mkdir(parents=True)
    (home / "spool" / "worker" / "00000001.seg").write_bytes(MARK + frame(encode(reading())) * 2)
    (home / "dead-letter").mkdir()
    (home / "dead-letter" / "1.msgpack").write_bytes(encode(reading()))

    done = run("--user", "ann")

    assert done.code == 0
    waiting, letters = done.err.splitlines()
    assert waiting.startswith(f"2 calls in {home}/spool are not recorded yet: run this again afterwards")
    assert letters.startswith(f"{home}/dead-letter has 1 dead letter, which may be the person's: delete them, or run")
    assert "farebox requeue" in letters


def test_a_ledger_that_is_not_there_is_an_error(run: Run, home: Path) -> None:
    home.mkdir()

    done = run("--user", "ann")

    assert done.code == 1
    assert "does not exist" in done.err
