"""How the sidecar stops, and what it does when a part of it is killed: traffic goes on, no row is lost or twice."""

import os
import signal
import socket
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import httpx2
import openai
import pytest
from farebox.records import reading as readings
from farebox.spool.writer import SpoolWriter

from tests.conftest import StartSidecar, StartUpstream
from tests.support import processes
from tests.support.clients import Answers, Client, asking
from tests.support.mitmdump import mitmdump_sidecar
from tests.support.samples import reading
from tests.support.sidecar import Sidecar, export, wait_until
from tests.support.upstream import Upstream

RECORDER, WORKER = "farebox.recorder", "farebox.proxy"
SECONDS = 40.0

# The SDK tells of the model's end.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The model 'claude-:DeprecationWarning")]


@pytest.fixture
def upstream(start_upstream: StartUpstream, answers: Answers) -> Upstream:
    return start_upstream(answers)


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Make clients of the proxy at a URL, which trust the CA in a file."""
    with ExitStack() as connected:

        def client(proxy: str, ca: str | Path) -> Client:
            trust = ssl.create_default_context(cafile=ca)
            return Client(connected.enter_context(httpx2.Client(proxy=proxy, verify=trust, timeout=SECONDS)))

        yield client


@pytest.fixture
def client(sidecar: Sidecar, connect: Callable[..., Client]) -> Client:
    """A client of `sidecar`."""
    return connect(sidecar.proxy, sidecar.ca)


@pytest.mark.parametrize("sdk", ["openai", "anthropic"])
def test_a_stream_ends_as_if_nobody_had_stopped_the_sidecar(
    sidecar: Sidecar, client: Client, answers: Answers, sdk: str
) -> None:
    under_way = client.begin_stream("streamed", sdk)

    sidecar.process.send_signal(signal.SIGTERM)
    _wait_until_nobody_listens(sidecar.port)
    answers.go_on.set()
    left = list(under_way)

    assert len(left) > 20
    assert sidecar.process.wait(SECONDS) == 0
    assert _outcomes(sidecar.home) == [("streamed", "ok")]


def test_a_stream_that_outlasts_the_deadline_is_cut_and_recorded(
    upstream: Upstream, start_sidecar: StartSidecar, connect: Callable[..., Client]
) -> None:
    sidecar = start_sidecar(upstream, environment={"FAREBOX_SHUTDOWN_TIMEOUT": "0.5"})
    under_way = connect(sidecar.proxy, sidecar.ca).begin_stream("streamed")

    assert sidecar.stop(SECONDS) == 0

    with pytest.raises((httpx2.HTTPError, openai.APIConnectionError)):
        list(under_way)
    assert _outcomes(sidecar.home) == [("streamed", "sidecar_stop")]
    assert _spools(sidecar.home) == []
    assert "farebox proxy:" not in sidecar.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_whole_group_loses_nothing(
    sidecar: Sidecar, client: Client, answers: Answers, number: signal.Signals
) -> None:
    client.ask("plain")
    under_way = client.begin_stream("streamed")

    os.killpg(sidecar.process.pid, number)
    _wait_until_nobody_listens(sidecar.port)
    answers.go_on.set()
    list(under_way)

    assert sidecar.process.wait(SECONDS) == 0
    assert _outcomes(sidecar.home) == [("plain", "ok"), ("streamed", "ok")]
    assert _spools(sidecar.home) == []
    assert processes.of_group(sidecar.process.pid) == []


def test_nothing_outlives_a_killed_supervisor(
    upstream: Upstream, start_sidecar: StartSidecar, sidecar: Sidecar, client: Client, answers: Answers
) -> None:
    client.ask("plain")
    under_way = client.begin_stream("streamed")

    sidecar.process.kill()
    sidecar.process.wait(SECONDS)
    _wait_until_nobody_listens(sidecar.port)
    answers.go_on.set()
    list(under_way)

    processes.wait_for_group(sidecar.process.pid)
    with start_sidecar(upstream) as again:
        again.rows(2, SECONDS)
    assert _outcomes(sidecar.home) == [("plain", "ok"), ("streamed", "ok")]


def test_a_recorder_whose_supervisor_is_killed_leaves_a_full_spool_to_the_next(
    upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path
) -> None:
    calls = 40_000
    home = tmp_path / "home"
    with closing(SpoolWriter(home / "spool", "left")) as left:
        for _ in range(calls):
            left.append(readings.encode(reading()))
    sidecar = start_sidecar(upstream)
    wait_until(lambda: _number_of_rows(home) > 0)

    sidecar.process.kill()
    sidecar.process.wait(SECONDS)
    processes.wait_for_group(sidecar.process.pid)

    assert 0 < _number_of_rows(home) < calls
    start_sidecar(upstream)
    wait_until(lambda: _number_of_rows(home) >= calls)
    assert _number_of_rows(home) == calls


def test_a_killed_worker_is_started_again_and_its_calls_are_recorded(
    sidecar: Sidecar, connect: Callable[..., Client]
) -> None:
    connect(sidecar.proxy, sidecar.ca).ask("before")

    processes.kill_child(sidecar.process.pid, WORKER)
    _wait_until_somebody_listens(sidecar.port)
    connect(sidecar.proxy, sidecar.ca).ask("after")

    sidecar.rows(2, SECONDS)
    assert sidecar.stop(SECONDS) == 0
    assert _outcomes(sidecar.home) == [("after", "ok"), ("before", "ok")]


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
    assert _outcomes(sidecar.home) == [("before", "ok"), ("meanwhile", "ok"), ("streamed", "ok")]
    assert _spools(sidecar.home) == []


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
    assert _outcomes(sidecar.home) == [("before", "ok"), ("meanwhile", "ok")]


def test_a_call_is_in_the_ledger_while_the_sidecar_runs(sidecar: Sidecar, client: Client) -> None:
    client.ask("plain")

    assert _wait_for_row(sidecar.home) == ("plain",)


def test_what_is_asked_while_the_sidecar_stops_is_recorded(sidecar: Sidecar, client: Client) -> None:
    with asking(client) as answered:
        sidecar.process.terminate()
        assert sidecar.process.wait(SECONDS) == 0

    assert _outcomes(sidecar.home) == sorted((call_id, "ok") for call_id in answered)


def test_mitmdump_records_as_up_does(upstream: Upstream, tmp_path: Path, connect: Callable[..., Client]) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(upstream, home) as (mitmdump, port):
        client = connect(f"http://127.0.0.1:{port}", home.parent / "confdir" / "mitmproxy-ca-cert.pem")
        client.ask("plain")
        recorded = _wait_for_row(home)
        with asking(client) as answered:
            mitmdump.terminate()
            assert mitmdump.wait(SECONDS) == 0
        processes.wait_for_group(mitmdump.pid)

    assert recorded == ("plain",)
    assert _outcomes(home) == sorted((call_id, "ok") for call_id in ["plain", *answered])
    assert _spools(home) == []


def test_mitmdump_starts_a_killed_recorder_again(
    upstream: Upstream, tmp_path: Path, connect: Callable[..., Client]
) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(upstream, home) as (mitmdump, port):
        client = connect(f"http://127.0.0.1:{port}", home.parent / "confdir" / "mitmproxy-ca-cert.pem")
        processes.kill_child(mitmdump.pid, RECORDER)
        client.ask("plain")

        recorded = _wait_for_row(home)

    assert recorded == ("plain",)


def test_mitmdump_starts_a_recorder_that_it_could_not_start_for_a_while(
    upstream: Upstream, tmp_path: Path, connect: Callable[..., Client]
) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(upstream, home) as (mitmdump, port):
        client = connect(f"http://127.0.0.1:{port}", home.parent / "confdir" / "mitmproxy-ca-cert.pem")
        client.ask("before")
        _wait_for_row(home)
        with processes.without_new_files(mitmdump.pid):
            processes.kill_child(mitmdump.pid, RECORDER)
            wait_until(lambda: "farebox.recorder cannot be started" in (tmp_path / "mitmdump.log").read_text())
        client.ask("after")

        wait_until(lambda: _number_of_rows(home) == 2)


def _wait_until_nobody_listens(port: int) -> None:
    _wait_until_listening(port, wanted=False)


def _wait_until_somebody_listens(port: int) -> None:
    _wait_until_listening(port, wanted=True)


def _wait_until_listening(port: int, *, wanted: bool) -> None:
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if (probe.connect_ex(("127.0.0.1", port)) == 0) is wanted:
                return
        time.sleep(0.02)
    raise AssertionError(f"port {port} is {'closed' if wanted else 'open'} still")


def _outcomes(home: Path) -> list[tuple[str, str]]:
    return sorted((row["response_id"], row["outcome"]) for row in export(home))


def _spools(home: Path) -> list[Path]:
    return list((home / "spool").iterdir())


def _wait_for_row(home: Path) -> tuple[str]:
    """Return the response id of the first call in the ledger, read as any other program would."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(_read_only(home), uri=True)) as ledger:
            found: tuple[str] | None = ledger.execute("SELECT response_id FROM calls").fetchone()
            if found:
                return found
        time.sleep(0.02)
    raise AssertionError("no call in the ledger")


def _number_of_rows(home: Path) -> int:
    with closing(sqlite3.connect(_read_only(home), uri=True)) as ledger:
        [number] = ledger.execute("SELECT count(*) FROM calls").fetchone()
    assert isinstance(number, int)
    return number


def _read_only(home: Path) -> str:
    return f"{(home / 'ledger.db').as_uri()}?mode=ro"
