"""What was learned survives a restart, and nothing else depends on it."""

import logging
import re
from pathlib import Path

import pytest
from farebox.home.folder import ESTIMATES
from farebox.recorder.estimator_store import EstimatorStore
from farebox.records.text_size import TextSize

from tests.support.samples import reading

CALL = reading(sizes=TextSize(prompt_bytes=4000, answer_bytes=400), request_bytes=4000)


def test_what_was_learned_is_there_after_a_restart(tmp_path: Path) -> None:
    store = EstimatorStore(tmp_path)
    store.learn([CALL])
    store.keep()

    assert EstimatorStore(tmp_path).model.state() == store.model.state() != []


def test_without_news_nothing_is_written(tmp_path: Path) -> None:
    store = EstimatorStore(tmp_path)
    store.learn([])
    store.keep()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{", b'[["a"]]', b"\xff", b'[["a","b","c",{"calls":"x"}]]'])
def test_a_damaged_file_is_reported_and_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / ESTIMATES).write_bytes(content)
    with caplog.at_level(logging.ERROR):
        store = EstimatorStore(tmp_path)
    store.learn([CALL])
    store.keep()

    [message] = [record.getMessage() for record in caplog.records]
    assert re.fullmatch(
        rf"{re.escape(str(tmp_path / ESTIMATES))} cannot be read \(\w+\): estimates start from scratch", message
    )
    assert EstimatorStore(tmp_path).model.state() == store.model.state()


def test_learning_goes_on_if_the_folder_cannot_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = EstimatorStore(tmp_path / "gone")
    store.learn([CALL])
    with caplog.at_level(logging.ERROR):
        store.keep()

    assert store.model.state()
    assert "is not kept" in caplog.text
