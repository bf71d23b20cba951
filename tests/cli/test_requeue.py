"""`farebox requeue` prints what it did."""

from pathlib import Path

import pytest
from farebox.recorder.dead_letters import DeadLetters
from farebox.records import reading as readings
from farebox.sinks.self_metrics import SelfMetrics
from prometheus_client import CollectorRegistry

from tests.support.commands import farebox
from tests.support.samples import reading

RECORDS = "farebox records them now if it is running, otherwise at its next start"


@pytest.mark.parametrize(
    ("number", "lines"),
    [
        (0, ["0 dead letters put back into {spool}"]),
        (1, ["1 dead letter put back into {spool}", RECORDS]),
        (2, ["2 dead letters put back into {spool}", RECORDS]),
    ],
)
def test_the_number_of_calls_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int, lines: list[str]
) -> None:
    letters = DeadLetters(tmp_path / "dead-letter", SelfMetrics(CollectorRegistry()))
    for _ in range(number):
        letters.keep(readings.encode(reading()), "it is a test")

    done = farebox(capfd, monkeypatch, "requeue", home=tmp_path)

    expected = [line.format(spool=tmp_path / "spool") for line in lines]
    assert (done.code, done.out.splitlines(), done.err) == (0, expected, "")


def test_files_that_cannot_be_read_are_listed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dead-letter").mkdir()
    path = tmp_path / "dead-letter" / "a.msgpack"
    path.write_bytes(b"junk")

    done = farebox(capfd, monkeypatch, "requeue", home=tmp_path)

    assert (done.code, done.err) == (0, f"not readable, left in place: {path}\n")
