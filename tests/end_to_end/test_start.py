"""If `farebox up` cannot start, it names the reason and the fix, and exits with 1."""

import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import msgspec
import pytest
from farebox.store.revisions import revisions
from farebox.store.schema import calls
from sqlalchemy import Engine, MetaData, Table, func, insert, select

from tests.conftest import StartSidecar
from tests.support.effort import few
from tests.support.ledgers import upgrade
from tests.support.samples import AT, record
from tests.support.sidecar import Sidecar, clean_environment, wait_until
from tests.support.upstream import Upstream, plain

SECONDS = 200.0

pytestmark = pytest.mark.slow


def test_a_data_folder_has_one_holder(sidecar: Sidecar) -> None:
    code, printed = _refused_up(sidecar.home)

    assert code == 1
    assert f"is in use by process {sidecar.process.pid}:" in printed
    assert "FAREBOX_HOME" in printed
    wait_until(lambda: sidecar.healthz()[0] == 200)


@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
def test_a_port_that_is_taken_ends_the_start(tmp_path: Path, option: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        code, printed = _refused_up(tmp_path / "home", option, str(port))

    assert code == 1
    assert f"{option[2:].replace('-', '_')}: 127.0.0.1:{port} cannot be used" in printed
    assert f"set {option}" in printed
    assert "Traceback" not in printed


def test_a_port_of_a_mode_that_is_taken_ends_the_start(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        code, printed = _refused_up(tmp_path / "home", "--mode", f"reverse:https://api.openai.com@{port}")

    assert code == 1
    assert f"failed to listen on 127.0.0.1:{port}" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    few(
        [
            (("--script", "nowhere.py"), "nowhere.py is not a file"),
            (("--set", "no_such_option=1"), "set: mitmproxy has no option no_such_option"),
            (("--set", "listen_port=many"), "set: "),
            (("--mode", "nonsense"), "mode: 'nonsense' is not a mitmproxy mode"),
            (("--mode", "reverse:https://x@99999999"), "mode: 'reverse:https://x@99999999' is not a mitmproxy mode"),
            (("--host", "no.such.host.invalid"), "host: 'no.such.host.invalid' is not an address of this machine"),
            (("--ledger", "sqlite:////proc/nowhere/ledger.db"), "folder /proc/nowhere can't be created"),
            (("--config", "nowhere.yaml"), "nowhere.yaml cannot be read"),
        ]
    ),
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_setting_is_named(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    code, printed = _refused_up(tmp_path / "home", *arguments)

    assert code == 1
    assert message in printed
    assert "Traceback" not in printed


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    code, printed = _refused_up(Path("/proc/nowhere"), cwd=tmp_path)

    assert code == 1
    assert "data folder /proc/nowhere cannot be written" in printed
    assert "FAREBOX_HOME" in printed


def test_a_locked_ledger_delays_no_traffic(upstream: Upstream, start_sidecar: StartSidecar) -> None:
    upstream.answer = lambda _asked: plain(
        b'{"model": "gpt-4o", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}'
    )
    first = start_sidecar(upstream)
    first.stop()
    with closing(sqlite3.connect(first.home / "ledger.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        sidecar = start_sidecar(upstream)
        with httpx2.Client(proxy=sidecar.proxy) as client:
            client.post("http://www.example.org/v1/chat/completions", json={})
        give_up = time.monotonic() + SECONDS
        while (behind := sidecar.healthz())[0] != 200 or behind[1]["ledger"] != "behind":
            assert time.monotonic() < give_up, behind
            time.sleep(0.1)
        other.execute("ROLLBACK")

    assert "locked" in behind[1]["trouble"]
    assert len(sidecar.rows(1, SECONDS)) == 1


def test_a_long_migration_delays_no_traffic(empty: Engine, upstream: Upstream, start_sidecar: StartSidecar) -> None:
    upstream.answer = lambda _asked: plain(
        b'{"model": "gpt-4o", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}'
    )
    upgrade(empty, "0004")
    # Each of them an hour of its own, so that the next revision takes some seconds.
    number = 3_000 if empty.dialect.name == "sqlite" else 700
    earlier = Table("calls", MetaData(), autoload_with=empty)
    rows = (msgspec.structs.asdict(record(started_at=AT - timedelta(hours=hour))) for hour in range(number))
    with empty.begin() as connection:
        connection.execute(insert(earlier), [{one.name: row[one.name] for one in earlier.columns} for row in rows])

    sidecar = start_sidecar(upstream, "--ledger", empty.url.render_as_string(hide_password=False))
    with httpx2.Client(proxy=sidecar.proxy) as client:
        client.post("http://www.example.org/v1/chat/completions", json={})
    served_at, head = revisions(empty)

    assert served_at == "0004"
    wait_until(lambda: sidecar.healthz()[1]["trouble"] == f"it is being migrated from revision 0004 to {head}")
    assert f"is being migrated from revision 0004 to {head}; calls wait in the spool" in sidecar.log.read_text()
    wait_until(lambda: _number_of_calls(empty) > number, 90)
    assert _number_of_calls(empty) == number + 1
    assert revisions(empty) == (head, head)
    wait_until(lambda: sidecar.healthz()[1]["trouble"] is None)


def test_files_are_readable_for_their_owner_only(sidecar: Sidecar) -> None:
    readable = [path for path in sidecar.home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]

    assert sorted(path.name for path in readable) == ["ca-bundle.pem", "mitmproxy-ca-cert.pem"]


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


def _number_of_calls(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(calls)) or 0


def _environment(home: Path) -> dict[str, str]:
    return {**clean_environment(), "FAREBOX_HOME": str(home)}


def _refused_up(home: Path, *arguments: str, cwd: Path | None = None) -> tuple[int, str]:
    """Run a `farebox up` that must end by itself; return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "up", "--port", "0", "--metrics-port", "0", *arguments],
        env=_environment(home),
        cwd=cwd or home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout.decode()
