"""Children: settings in, readiness out, and an end at the latest when their parent ends."""

import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farebox.config.settings import Intercept, Settings, load
from farebox.errors import FareboxError
from farebox.process.child import READY_SECONDS, Child

PRELUDE = """
import sys, threading
from farebox.process.child import Liveness, settings_from_parent, when_to_end
"""
OBEDIENT = """
ended = threading.Event()
settings = settings_from_parent()
when_to_end(ended.set)
Liveness().tell_ready({"port": settings.port, "hosts": list(settings.intercept.hosts)})
ended.wait()
sys.exit(7)
"""
STUBBORN = """
settings_from_parent()
Liveness().tell_ready({})
threading.Event().wait()
"""
TELLING = """
stopping, alone = threading.Event(), threading.Event()
settings_from_parent()
when_to_end(stopping.set, alone.set)
Liveness().tell_ready({})
stopping.wait()
sys.exit(8 if alone.wait(1) else 7)
"""
HANGING = """
settings_from_parent()
threading.Event().wait()
"""
FAILING = "sys.exit(3)"

Start = Callable[..., Child]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a child that runs the given code."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    children: list[Child] = []

    def run(code: str, settings: Settings | None = None) -> Child:
        (tmp_path / "made_child.py").write_text(PRELUDE + code, encoding="utf-8")
        children.append(Child("made_child", settings or load(environment={})))
        return children[-1]

    yield run
    for child in children:
        child.stop()
        child.wait(0)


def test_a_child_gets_the_settings_and_reports_when_it_is_ready(start: Start) -> None:
    settings = Settings(port=1234, intercept=Intercept(hosts=("llm.example",)))

    assert start(OBEDIENT, settings).wait_ready() == {"port": 1234, "hosts": ["llm.example"]}


def test_a_child_that_never_gets_ready_is_killed_and_an_error_names_it(start: Start) -> None:
    child = start(HANGING)

    with pytest.raises(FareboxError, match=r"^made_child was not ready after 0\.3 s and was killed: see its messages"):
        child.wait_ready(limit=0.3)

    assert child.process.wait(20) == -signal.SIGKILL


def test_a_child_has_two_minutes_to_get_ready() -> None:
    assert READY_SECONDS == 120


def test_a_child_ends_when_it_is_asked_to(start: Start) -> None:
    child = start(OBEDIENT)
    child.wait_ready()

    child.stop()

    assert child.wait(20)
    assert child.process.returncode == 7


def test_a_child_knows_whether_it_was_asked_to_end_or_its_parent_is_gone(start: Start) -> None:
    ordered, left = start(TELLING), start(TELLING)
    for child in (ordered, left):
        child.wait_ready()

    ordered.stop()
    assert left.process.stdin
    left.process.stdin.close()

    assert ordered.wait(20)
    assert left.wait(20)
    assert (ordered.process.returncode, left.process.returncode) == (7, 8)


def test_a_child_that_does_not_end_is_killed(start: Start) -> None:
    child = start(STUBBORN)
    child.wait_ready()

    child.stop()

    assert not child.wait(0.05)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_fails_at_its_start_is_never_ready(start: Start) -> None:
    child = start(FAILING)

    assert child.wait_ready() is None
    assert child.wait(20)
    assert child.process.returncode == 3


def test_stopping_twice_is_no_error(start: Start) -> None:
    child = start(FAILING)
    child.wait_ready()
    child.wait(20)

    child.stop()
    child.stop()

    assert child.process.returncode == 3


def test_large_settings_arrive_whole(start: Start) -> None:
    hosts = tuple(f"host-{number}.example" for number in range(2000))

    ready = start(OBEDIENT, Settings(port=1, intercept=Intercept(hosts=hosts))).wait_ready()

    assert ready == {"port": 1, "hosts": list(hosts)}


def test_a_child_that_cannot_be_started_leaves_nothing_open() -> None:
    free = [os.dup(0) for _ in range(3)]
    for descriptor in free:
        os.close(descriptor)
    before = sorted(Path("/proc/self/fd").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    # There is room for the pipe for the child's reports, and for nothing after it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[2], hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            Child("made_child", load(environment={}))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_a_child_s_reports_arrive_beside_thousands_of_connections(start: Start) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    taken = [os.dup(0) for _ in range(1100)]
    try:
        child = start(OBEDIENT)

        assert child.wait_ready() is not None
        assert not child.has_beaten()
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
