"""The data folder and the CA: each state is found and named with its fix; nothing is changed."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.doctor import folder
from farebox.doctor.finding import OK, PROBLEM, WARNING
from farebox.home.folder import claim
from farebox.proxy.trust import confdir, hand_out
from farebox.recorder.dead_letters import DeadLetters
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.writer import SpoolWriter
from prometheus_client import CollectorRegistry

from tests.support.findings import levels, only


def test_a_folder_that_does_not_exist_yet_is_ok_and_is_not_created(settings: Settings, home: Path) -> None:
    assert levels(folder.check(settings)) == [
        (OK, f"data folder {home}, created at the first start"),
        (OK, f"CA: none yet, it is created in {settings.ca} at the first start"),
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
        assert [level for level, _ in levels(folder.check(settings))] == [OK, OK]


def test_a_folder_in_use_names_the_process(settings: Settings, home: Path) -> None:
    with claim(home, "sidecar"):
        assert levels(folder.check(settings))[0] == (
            OK,
            f"data folder {home}, in use by farebox, process {os.getpid()}",
        )


def test_a_ca_that_only_its_owner_can_read_is_ok(settings: Settings) -> None:
    ca = confdir(Path(settings.ca))
    hand_out(settings.folder, ca)

    assert levels(folder.check(settings))[1:] == [(OK, f"CA in {ca}")]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_key_that_other_users_can_access_is_a_warning(settings: Settings, mode: int) -> None:
    ca = confdir(Path(settings.ca))
    key = ca / "mitmproxy-ca.pem"
    key.chmod(mode)
    ca.chmod(0o750)

    _, of_folder, of_key, _ = folder.check(settings)

    assert (of_folder.level, of_folder.fix) == (WARNING, f"chmod 700 {ca}")
    assert (of_key.level, of_key.fix) == (WARNING, f"chmod 600 {key}")
    assert of_key.message.startswith(f"other users can access {key}: ")


def test_the_certificate_of_another_ca_is_a_problem(settings: Settings, home: Path) -> None:
    ca = confdir(Path(settings.ca))
    (home / "mitmproxy-ca-cert.pem").write_text("another")

    *_, finding = folder.check(settings)

    assert (finding.level, finding.fix) == (PROBLEM, "restart farebox, then its clients")
    assert finding.message == f"{home / 'mitmproxy-ca-cert.pem'} is not the certificate of the CA in {ca}"
