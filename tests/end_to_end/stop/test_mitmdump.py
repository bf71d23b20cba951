"""Inside a mitmdump, stopping and restarting work as with `farebox up`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import processes
from tests.support.clients import Client, asking
from tests.support.ended import RECORDER, SECONDS, number_of_rows, outcomes, spools, wait_for_row
from tests.support.mitmdump import mitmdump_sidecar
from tests.support.sidecar import wait_until
from tests.support.upstream import Upstream

# The SDK warns that the model is retired.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The model 'claude-:DeprecationWarning")]


def test_mitmdump_records_as_up_does(upstream: Upstream, tmp_path: Path, connect: Callable[..., Client]) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(upstream, home) as (mitmdump, port):
        client = connect(f"http://127.0.0.1:{port}", home.parent / "confdir" / "mitmproxy-ca-cert.pem")
        client.ask("plain")
        recorded = wait_for_row(home)
        with asking(client) as answered:
            mitmdump.terminate()
            assert mitmdump.wait(SECONDS) == 0
        processes.wait_for_group(mitmdump.pid)

    assert recorded == ("plain",)
    assert outcomes(home) == sorted((call_id, "ok") for call_id in ["plain", *answered])
    assert spools(home) == []


def test_mitmdump_starts_a_killed_recorder_again(
    upstream: Upstream, tmp_path: Path, connect: Callable[..., Client]
) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(upstream, home) as (mitmdump, port):
        client = connect(f"http://127.0.0.1:{port}", home.parent / "confdir" / "mitmproxy-ca-cert.pem")
        processes.kill_child(mitmdump.pid, RECORDER)
        client.ask("plain")

        recorded = wait_for_row(home)

    assert recorded == ("plain",)


def test_mitmdump_starts_a_recorder_that_it_could_not_start_for_a_while(
    upstream: Upstream, tmp_path: Path, connect: Callable[..., Client]
) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(upstream, home) as (mitmdump, port):
        client = connect(f"http://127.0.0.1:{port}", home.parent / "confdir" / "mitmproxy-ca-cert.pem")
        client.ask("before")
        wait_for_row(home)
        with processes.without_new_files(mitmdump.pid):
            processes.kill_child(mitmdump.pid, RECORDER)
            wait_until(lambda: "farebox.recorder cannot be started" in (tmp_path / "mitmdump.log").read_text())
        client.ask("after")

        wait_until(lambda: number_of_rows(home) == 2)
