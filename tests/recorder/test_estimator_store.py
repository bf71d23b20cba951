"""What was learned outlives the recorder, and costs no more than itself where it cannot."""

import logging
from pathlib import Path

import pytest
from farebox.home.folder import ESTIMATES
from farebox.recorder.estimator_store import EstimatorStore
from farebox.records.text_size import TextSize

from tests.support.samples import reading

CALL = reading(sizes=TextSize(prompt_bytes=4000, answer_bytes=400), request_bytes=4000)


def test_what_was_learned_is_there_after_a_restart(tmp_path: Path) -> None:
    memory = EstimatorStore(tmp_path)
    memory.learn([CALL])
    memory.keep()

    assert EstimatorStore(tmp_path).model.state() == memory.model.state() != []


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    memory = EstimatorStore(tmp_path)
    memory.learn([])
    memory.keep()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{", b'[["a"]]', b"\xff", b'[["a","b","c",{"calls":"x"}]]'])
def test_a_damaged_file_is_told_and_learned_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / ESTIMATES).write_bytes(content)
    with caplog.at_level(logging.ERROR):
        memory = EstimatorStore(tmp_path)
    memory.learn([CALL])
    memory.keep()

    assert [record.getMessage() for record in caplog.records if "learn anew" in record.getMessage()]
    assert EstimatorStore(tmp_path).model.state() == memory.model.state()


def test_a_folder_that_cannot_be_written_stops_no_learning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    memory = EstimatorStore(tmp_path / "gone")
    memory.learn([CALL])
    with caplog.at_level(logging.ERROR):
        memory.keep()

    assert memory.model.state()
    assert "is not kept" in caplog.text
