"""Periodic jobs beside the recorder's loop. None can stop it.

Short jobs, and those that share state with the loop, run between two batches while the ledger is available. Jobs that
must go on while a batch waits for the ledger run on a thread of their own.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .failures import Failures

POLL_SECONDS = 1.0


class Job(Protocol):
    """Work to repeat every `period` seconds."""

    @property
    def name(self) -> str: ...

    @property
    def period(self) -> float: ...

    def run(self) -> object:
        """Do the work once; an exception is counted, and the job runs again after its period."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """A Job that calls a function."""

    name: str
    period: float
    run: Callable[[], object]


class JobRunner:
    """Runs each of `jobs` when its period is over, for the first time at once."""

    def __init__(self, jobs: Sequence[Job], failures: Failures, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._due = {job.name: float("-inf") for job in jobs}
        self._jobs = jobs
        self._failures = failures
        self._clock = clock
        for job in jobs:
            failures.expect_job(job.name)

    def run_due(self) -> None:
        """Run the jobs that are due, one after the other."""
        for job in self._jobs:
            if self._clock() < self._due[job.name]:
                continue
            try:
                job.run()
            except Exception as error:  # noqa: BLE001 - no job may stop the loop or another job
                self._failures.of_job(job.name, error)
            # From its end: a job that takes longer than its period must not take all of the loop's time.
            self._due[job.name] = self._clock() + job.period

    def run_in_background(self, wait: Callable[[float], bool]) -> threading.Thread:
        """Run due jobs on a thread until `wait`, which pauses for some seconds, returns True."""

        def work() -> None:
            self.run_due()
            while not wait(POLL_SECONDS):
                self.run_due()

        thread = threading.Thread(target=work, name="jobs", daemon=True)
        thread.start()
        return thread
