"""`farebox up` with several workers: one port, one recorder, one ledger."""

import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import openai
import pytest
from farebox.process.stopping import ECHO_SECONDS

from tests.conftest import StartSidecar, StartUpstream
from tests.support import processes
from tests.support.clients import Answers, Client
from tests.support.sidecar import Sidecar, wait_until
from tests.support.upstream import Upstream

WORKER = "farebox.proxy"
WORKERS = 2
SECONDS = 40.0

pytestmark = pytest.mark.slow


@pytest.fixture
def upstream(start_upstream: StartUpstream, answers: Answers) -> Upstream:
    return start_upstream(answers)


@pytest.fixture
def sidecar(upstream: Upstream, start_sidecar: StartSidecar) -> Sidecar:
    """A sidecar of two workers that waits long for calls when it stops."""
    reverse = f"reverse:http://127.0.0.1:{upstream.plain_port}@0"
    environment = {"FAREBOX_SHUTDOWN_TIMEOUT": "600"}
    return start_sidecar(upstream, "--workers", str(WORKERS), "--mode", reverse, environment=environment)


@pytest.fixture
def connect(sidecar: Sidecar) -> Iterator[Callable[[], Client]]:
    """Make a client of the sidecar, with connections of its own."""
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with ExitStack() as connected:
        yield lambda: Client(connected.enter_context(httpx2.Client(proxy=sidecar.proxy, verify=trust, timeout=SECONDS)))


def pids(sidecar: Sidecar) -> list[int]:
    return sorted(process.pid for process in processes.children(sidecar.process.pid, WORKER))


def served(sidecar: Sidecar) -> list[Path]:
    """Return the spools of the workers that recorded a call."""
    return list((sidecar.home / "spool").glob("*/00000001.seg"))


def outcomes(sidecar: Sidecar) -> list[tuple[str, str]]:
    return sorted((row["response_id"], row["outcome"]) for row in sidecar.rows())


def test_workers_share_the_port_and_the_ledger(sidecar: Sidecar, connect: Callable[[], Client]) -> None:
    calls = 64

    for number in range(calls):
        connect().ask(f"call-{number}")

    sidecar.rows(calls, SECONDS)
    assert len(pids(sidecar)) == len(served(sidecar)) == WORKERS
    status, health = sidecar.healthz()
    assert (status, health["workers"], health["expected"]) == (200, WORKERS, WORKERS)
    assert f"  workers     {WORKERS}" in sidecar.banner


def test_further_listeners_are_shared_too(sidecar: Sidecar) -> None:
    line = next(line for line in sidecar.banner.splitlines() if line.split()[:1] == ["also"])
    url = f"http://{line.rpartition(' at ')[2]}/v1/chat/completions"
    calls = 64

    for number in range(calls):
        assert httpx2.post(url, json={}, headers={"x-call-id": f"call-{number}"}).status_code == 200

    sidecar.rows(calls, SECONDS)
    assert len(served(sidecar)) == WORKERS


def test_a_gauge_is_the_sum_over_the_workers(sidecar: Sidecar, connect: Callable[[], Client], answers: Answers) -> None:
    under_way = [connect().begin_stream(f"stream-{number}") for number in range(16)]

    wait_until(lambda: sidecar.metrics()["farebox_inflight_calls"] == 16)
    answers.go_on.set()
    for stream in under_way:
        list(stream)

    wait_until(lambda: sidecar.metrics()["farebox_inflight_calls"] == 0)
    assert len(sidecar.rows(16, SECONDS)) == 16


def test_a_worker_that_dies_is_started_again_and_the_others_serve_on(
    sidecar: Sidecar, connect: Callable[[], Client]
) -> None:
    before = pids(sidecar)
    connect().ask("before")

    processes.kill_child(sidecar.process.pid, WORKER)
    connect().ask("meanwhile")
    wait_until(lambda: len(pids(sidecar)) == WORKERS and sidecar.healthz()[1]["workers"] == WORKERS)

    assert len(set(before) & set(pids(sidecar))) == WORKERS - 1
    # What hours later starts again is a new interpreter, which takes all modules from the disk.
    again = [one for one in processes.children(sidecar.process.pid, WORKER) if one.command[1:3] == ["-m", WORKER]]
    assert [one.pid in before for one in again] == [False]
    assert [row["response_id"] for row in sidecar.rows(2, SECONDS)] == ["before", "meanwhile"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_the_calls_of_every_worker_end(
    sidecar: Sidecar, connect: Callable[[], Client], answers: Answers, number: signal.Signals
) -> None:
    names = [f"stream-{number:02}" for number in range(16)]
    under_way = [connect().begin_stream(name) for name in names]

    os.killpg(sidecar.process.pid, number)
    wait_until(lambda: not sidecar.is_listening())
    answers.go_on.set()
    for stream in under_way:
        list(stream)

    assert sidecar.process.wait(SECONDS) == 0
    assert outcomes(sidecar) == [(name, "ok") for name in names]
    assert list((sidecar.home / "spool").iterdir()) == []
    assert processes.of_group(sidecar.process.pid) == []


def test_a_second_signal_stops_at_once_and_what_it_cuts_is_recorded(
    upstream: Upstream, start_sidecar: StartSidecar, sidecar: Sidecar, connect: Callable[[], Client]
) -> None:
    connect().ask("plain")
    names = [f"stream-{number}" for number in range(8)]
    under_way = [connect().begin_stream(name) for name in names]

    sidecar.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not sidecar.is_listening())
    time.sleep(ECHO_SECONDS)
    sidecar.process.send_signal(signal.SIGTERM)

    # The deadline is ten minutes away.
    assert sidecar.process.wait(SECONDS) == 1
    assert "farebox: stopped at once: calls under way were cut" in sidecar.log.read_text()
    assert processes.of_group(sidecar.process.pid) == []
    for stream in under_way:
        with pytest.raises((httpx2.HTTPError, openai.APIConnectionError)):
            list(stream)
    with start_sidecar(upstream) as again:
        again.rows(9, SECONDS)
        assert outcomes(again) == [("plain", "ok"), *((name, "sidecar_stop") for name in names)]
