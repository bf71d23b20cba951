"""A child that is kept running. The tests pass the time instead of waiting."""

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.errors import FareboxError
from farebox.process.child import Child
from farebox.supervisor.supervision import PATIENCE_SECONDS, SupervisedChild

from tests.support.processes import without_new_files

SECONDS = 30.0
LIVELY = """
import os, sys, threading
from farebox.process.child import Liveness, settings_from_parent, when_to_end

ended = threading.Event()
settings_from_parent()
when_to_end(ended.set)
liveness = Liveness()
while not ended.wait(0.01):
    liveness.beat()
"""

Supervise = Callable[..., SupervisedChild]


@pytest.fixture
def supervise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervise]:
    """Supervise a child that runs the given code."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started: list[Child] = []

    def start() -> Child:
        started.append(Child("made_child", load(environment={})))
        return started[-1]

    def run(code: str = LIVELY, **options: float) -> SupervisedChild:
        (tmp_path / "made_child.py").write_text(code, encoding="utf-8")
        return SupervisedChild(start, **options)

    yield run
    for child in started:
        child.stop()
        child.wait(0)


def wait_for(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_child_that_lives_is_left_alone(supervise: Supervise) -> None:
    supervised = supervise()
    child = supervised.child

    for _ in range(5):
        wait_for(lambda: bool(select.select([child._pipe], [], [], 0)[0]))
        supervised.supervise(PATIENCE_SECONDS)

    assert supervised.child is child
    assert child.process.poll() is None


def test_a_child_that_died_is_restarted_after_a_pause(supervise: Supervise, caplog: pytest.LogCaptureFixture) -> None:
    supervised = supervise()
    first = supervised.child
    first.process.kill()
    first.process.wait(SECONDS)

    supervised.supervise(0.1)
    supervised.supervise(0.1)
    during_the_pause = supervised.child
    supervised.supervise(1.0)

    assert during_the_pause is first
    assert supervised.child is not first
    wait_for(supervised.child.has_beaten)
    assert [record.getMessage() for record in caplog.records] == ["made_child ended with exit code -9, restarting it"]


def test_the_pause_grows_while_it_keeps_dying_and_is_short_again_after_a_long_life(supervise: Supervise) -> None:
    supervised = supervise("raise SystemExit(3)")
    pauses = []
    for lived in (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 100.0):
        child = supervised.child
        child.process.wait(SECONDS)
        supervised._lived = lived
        supervised.supervise(0.0)
        pause = 0.0
        while supervised.child is child:
            supervised.supervise(0.125)
            pause += 0.125
        pauses.append(pause)

    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 0.25]


def test_a_child_that_hangs_is_killed_and_started_again(supervise: Supervise, caplog: pytest.LogCaptureFixture) -> None:
    supervised = supervise(patience=10.0)
    hung = supervised.child
    wait_for(hung.has_beaten)
    os.kill(hung.process.pid, signal.SIGSTOP)
    wait_for(lambda: not hung.has_beaten())

    for _ in range(9):
        supervised.supervise(1.0)
    before = hung.process.poll()
    supervised.supervise(1.0)
    hung.process.wait(SECONDS)
    supervised.supervise(1.0)
    supervised.supervise(1.0)

    assert before is None
    assert supervised.child is not hung
    wait_for(supervised.child.has_beaten)
    assert caplog.records[0].getMessage() == "made_child unresponsive for 10 s, killing it"


def test_a_child_that_cannot_be_started_again_is_tried_until_it_can(
    supervise: Supervise, caplog: pytest.LogCaptureFixture
) -> None:
    supervised = supervise()
    first = supervised.child
    first.process.kill()
    first.process.wait(SECONDS)

    with without_new_files(os.getpid()):
        for _ in range(60):
            supervised.supervise(0.5)
    caught = [record.getMessage() for record in caplog.records]
    while_refused = supervised.child
    supervised.supervise(5.0)

    assert while_refused is first
    assert supervised.child is not first
    wait_for(supervised.child.has_beaten)
    [_, message] = caught
    assert message.startswith("made_child cannot be started (Too many open files), trying again: free memory")


def test_a_first_child_that_cannot_be_started_is_an_error_that_says_what_to_do(supervise: Supervise) -> None:
    with (
        without_new_files(os.getpid()),
        pytest.raises(FareboxError, match=r"cannot be started \(Too many open files\): .*`ulimit -n`"),
    ):
        SupervisedChild(lambda: Child("made_child", load(environment={})))
