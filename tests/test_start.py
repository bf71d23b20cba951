"""When `farebox up` must not start: it says why and what to do, and ends with exit code 1."""

import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from .sidecar import Sidecar, clean_environment

SECONDS = 40.0

pytestmark = pytest.mark.slow


def test_a_data_folder_has_one_holder(sidecar: Sidecar) -> None:
    code, printed = _refused_up(sidecar.home)

    assert code == 1
    assert f"is in use by process {sidecar.process.pid}:" in printed
    assert "FAREBOX_HOME" in printed
    assert sidecar.healthz()[0] == 200


@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
def test_a_port_that_is_taken_ends_the_start(tmp_path: Path, option: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        code, printed = _refused_up(tmp_path / "home", option, str(port))

    assert code == 1
    assert f"127.0.0.1:{port}" in printed
    assert "Fatal Python error" not in printed


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "farebox", "migrate"]
    subprocess.run(command, env=_environment(home), cwd=tmp_path, check=True, timeout=SECONDS, capture_output=True)
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")

    code, printed = _refused_up(home)

    assert code == 1
    assert "is at revision 9999" in printed
    assert "Upgrade farebox, or name another ledger with --ledger" in printed


def _environment(home: Path) -> dict[str, str]:
    return {**clean_environment(), "FAREBOX_HOME": str(home)}


def _refused_up(home: Path, *arguments: str) -> tuple[int, str]:
    """Run a `farebox up` that must end by itself; return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "up", "--port", "0", "--metrics-port", "0", *arguments],
        env=_environment(home),
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout.decode()
