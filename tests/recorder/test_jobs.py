"""Jobs run in their own time, and none can stop another or the loop."""

import threading
from collections.abc import Callable

import pytest
from farebox.errors import LedgerAwayError
from farebox.recorder.failures import Failures
from farebox.recorder.jobs import POLL_SECONDS, JobRunner, Task
from prometheus_client import CollectorRegistry


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def failing(error: Exception) -> Callable[[], None]:
    def run() -> None:
        raise error

    return run


def test_each_job_runs_at_once_and_then_after_its_period() -> None:
    clock, runs = Clock(), list[str]()
    jobs = [Task("often", 1.0, lambda: runs.append("often")), Task("rarely", 2.5, lambda: runs.append("rarely"))]
    runner = JobRunner(jobs, Failures(CollectorRegistry()), clock=clock)

    seen = []
    for seconds in (0.0, 0.5, 0.5, 1.0, 0.499, 0.001, 0.5):
        clock.now += seconds
        runner.run_due()
        seen.append(runs[:])
        runs.clear()

    assert seen == [["often", "rarely"], [], ["often"], ["often"], [], ["rarely"], ["often"]]


def test_the_period_begins_when_a_run_ends() -> None:
    clock, runs = Clock(), list[float]()

    def run() -> None:
        runs.append(clock.now)
        clock.now += 5.0

    runner = JobRunner([Task("slow", 1.0, run)], Failures(CollectorRegistry()), clock=clock)
    for _ in range(3):
        runner.run_due()
        clock.now += 0.5

    assert runs == [100.0, 106.0]


def test_a_job_that_fails_stops_no_other_and_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, runs, registry = Clock(), list[str](), CollectorRegistry()
    jobs = [
        Task("bad", 1.0, failing(ValueError("secret"))),
        Task("away", 1.0, failing(LedgerAwayError("secret"))),
        Task("good", 1.0, lambda: runs.append("good")),
    ]
    runner = JobRunner(jobs, Failures(registry), clock=clock)
    for _ in range(3):
        runner.run_due()
        clock.now += 1.0

    names = ("bad", "away", "good")
    values = [registry.get_sample_value("farebox_job_failures_total", {"job": name}) for name in names]
    assert (runs, values) == (["good"] * 3, [3, 3, 0])
    assert caplog.text.count("job bad failed (ValueError): it runs again after its period") == 1
    assert caplog.text.count("job away failed (LedgerAwayError)") == 1
    assert "secret" not in caplog.text


def test_background_jobs_run_until_the_wait_ends() -> None:
    runs, pauses = list[int](), list[float]()
    runner = JobRunner([Task("job", 0.0, lambda: runs.append(threading.get_ident()))], Failures(CollectorRegistry()))

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) == 3

    thread = runner.run_in_background(wait)
    thread.join(10)

    assert not thread.is_alive()
    assert thread.daemon
    assert (len(runs), pauses) == (3, [POLL_SECONDS] * 3)
    assert threading.get_ident() not in runs
