"""The data folder: each state is found and named with its fix; nothing is changed."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.doctor import folder
from farebox.doctor.finding import OK, PROBLEM, WARNING
from farebox.home.folder import claim
from farebox.recorder.dead_letters import DeadLetters
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.writer import SpoolWriter
from prometheus_client import CollectorRegistry

from tests.support.findings import levels, only


def test_a_folder_that_does_not_exist_yet_is_ok_and_is_not_created(settings: Settings, home: Path) -> None:
    assert levels(folder.check(settings)) == [
        (OK, f"data folder {home}, created at the first start"),
    ]
    assert not home.exists()


def test_a_folder_that_cannot_be_written_is_a_problem() -> None:
    # A file system that takes no files, even from root.
    finding = only(folder.check(load({"home": "/proc/farebox"}, environment={})))

    assert finding.level == PROBLEM
    assert finding.message.startswith("data folder /proc/farebox cannot be written (")
    assert (finding.fix or "").startswith("give /proc to the user that runs farebox")
    assert "FAREBOX_HOME" in (finding.fix or "")


@pytest.mark.parametrize(("number", "message"), [(1, "1 dead letter in"), (2, "2 dead letters in")])
def test_dead_letters_are_counted(settings: Settings, home: Path, number: int, message: str) -> None:
    (home / "dead-letter").mkdir(parents=True)
    for index in range(number):
        (home / "dead-letter" / f"a-0000000{index}.seg").touch()

    first, *rest = folder.check(settings)

    assert (first.level, first.message) == (
        WARNING,
        f"{message} {home / 'dead-letter'}: calls that could not be recorded",
    )
    assert levels(rest)[0] == (OK, f"data folder {home}")


def test_each_dead_letter_of_a_segment_is_counted(settings: Settings, home: Path) -> None:
    letters = DeadLetters(home / "dead-letter", SelfMetrics(CollectorRegistry()))
    for message in (b"one", b"two"):
        letters.keep(message, "it is a test")

    assert levels(folder.check(settings))[0][1].startswith("2 dead letters in ")


def test_calls_of_an_earlier_start_are_counted_unless_a_sidecar_runs(settings: Settings, home: Path) -> None:
    with closing(SpoolWriter(home / "spool", "worker")) as worker:
        worker.append(b"one")
        worker.append(b"two")

    assert levels(folder.check(settings))[0] == (
        WARNING,
        f"up to 2 calls of an earlier start in {home / 'spool'} may not be in the ledger",
    )
    with claim(home, "sidecar"):
        assert [level for level, _ in levels(folder.check(settings))] == [OK]


def test_a_folder_in_use_names_the_process(settings: Settings, home: Path) -> None:
    with claim(home, "sidecar"):
        assert levels(folder.check(settings))[0] == (
            OK,
            f"data folder {home}, in use by farebox, process {os.getpid()}",
        )


@pytest.mark.parametrize("name", ["salt", "spool", "ledger.db", "runs"])
def test_what_others_can_change_is_a_problem(settings: Settings, home: Path, name: str) -> None:
    home.mkdir(mode=0o700)
    path = home / name
    path.touch() if "." in name or name == "salt" else path.mkdir()
    mode = 0o700 if path.is_dir() else 0o600
    path.chmod(mode | 0o006)

    _, finding = folder.check(settings)

    assert (finding.level, finding.message) == (PROBLEM, f"every user can change {path}")
    assert finding.fix == f"chmod {mode:o} {path}"


@pytest.mark.parametrize("name", ["salt", "ledger.db"])
def test_what_others_can_read_is_a_warning(settings: Settings, home: Path, name: str) -> None:
    home.mkdir(mode=0o700)
    (home / name).touch(mode=0o600)
    (home / name).chmod(0o644)

    _, finding = folder.check(settings)

    assert (finding.level, finding.message) == (WARNING, f"other users can read {home / name}")


def test_a_folder_that_others_can_change_is_a_problem(settings: Settings, home: Path) -> None:
    home.mkdir(mode=0o700)
    home.chmod(0o777)

    assert levels(folder.check(settings))[-1] == (PROBLEM, f"every user can change {home}")
