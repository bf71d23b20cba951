"""If a process of the sidecar is killed, traffic goes on, and no row is lost or written twice."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from farebox.records import reading as readings
from farebox.spool.writer import SpoolWriter

from tests.conftest import StartSidecar
from tests.support import processes
from tests.support.clients import Answers, Client
from tests.support.ended import (
    RECORDER,
    SECONDS,
    WORKER,
    number_of_rows,
    outcomes,
    spools,
    wait_until_nobody_listens,
    wait_until_somebody_listens,
)
from tests.support.samples import reading
from tests.support.sidecar import Sidecar, wait_until
from tests.support.upstream import Upstream

# The SDK warns that the model is retired.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The model 'claude-:DeprecationWarning")]


def test_nothing_outlives_a_killed_supervisor(
    upstream: Upstream, start_sidecar: StartSidecar, sidecar: Sidecar, client: Client, answers: Answers
) -> None:
    client.ask("plain")
    under_way = client.begin_stream("streamed")

    sidecar.process.kill()
    sidecar.process.wait(SECONDS)
    wait_until_nobody_listens(sidecar.port)
    answers.go_on.set()
    list(under_way)

    processes.wait_for_group(sidecar.process.pid)
    with start_sidecar(upstream) as again:
        again.rows(2, SECONDS)
    assert outcomes(sidecar.home) == [("plain", "ok"), ("streamed", "ok")]


def test_a_recorder_whose_supervisor_is_killed_leaves_a_full_spool_to_the_next(
    upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path
) -> None:
    calls = 40_000
    home = tmp_path / "home"
    with closing(SpoolWriter(home / "spool", "left")) as left:
        for _ in range(calls):
            left.append(readings.encode(reading()))
    sidecar = start_sidecar(upstream)
    wait_until(lambda: number_of_rows(home) > 0)

    sidecar.process.kill()
    sidecar.process.wait(SECONDS)
    processes.wait_for_group(sidecar.process.pid)

    assert 0 < number_of_rows(home) < calls
    start_sidecar(upstream)
    wait_until(lambda: number_of_rows(home) >= calls)
    assert number_of_rows(home) == calls


def test_a_killed_worker_is_started_again_and_its_calls_are_recorded(
    sidecar: Sidecar, connect: Callable[..., Client]
) -> None:
    connect(sidecar.proxy, sidecar.ca).ask("before")

    processes.kill_child(sidecar.process.pid, WORKER)
    wait_until_somebody_listens(sidecar.port)
    connect(sidecar.proxy, sidecar.ca).ask("after")

    sidecar.rows(2, SECONDS)
    assert sidecar.stop(SECONDS) == 0
    assert outcomes(sidecar.home) == [("after", "ok"), ("before", "ok")]


def test_a_killed_recorder_costs_no_call_and_no_row(sidecar: Sidecar, client: Client, answers: Answers) -> None:
    client.ask("before")
    under_way = client.begin_stream("streamed")

    processes.kill_child(sidecar.process.pid, RECORDER)
    client.ask("meanwhile")
    answers.go_on.set()
    list(under_way)

    sidecar.rows(3, SECONDS)
    assert sidecar.metrics()
    assert sidecar.stop(SECONDS) == 0
    assert outcomes(sidecar.home) == [("before", "ok"), ("meanwhile", "ok"), ("streamed", "ok")]
    assert spools(sidecar.home) == []


def test_a_recorder_that_cannot_be_started_again_for_a_while_costs_no_call_and_no_row(
    sidecar: Sidecar, client: Client
) -> None:
    client.ask("before")

    with processes.without_new_files(sidecar.process.pid):
        processes.kill_child(sidecar.process.pid, RECORDER)
        wait_until(lambda: "farebox.recorder cannot be started (Too many open files)" in sidecar.log.read_text())
        client.ask("meanwhile")

    sidecar.rows(2, SECONDS)
    assert sidecar.stop(SECONDS) == 0
    assert outcomes(sidecar.home) == [("before", "ok"), ("meanwhile", "ok")]
