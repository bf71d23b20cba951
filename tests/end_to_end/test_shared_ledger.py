"""`farebox up` with its ledger in a real Postgres: away, hanging, shared; and no password is printed."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from farebox.config.redact_url import MASK
from farebox.sinks.database import DatabaseSink
from sqlalchemy import Engine

from tests.conftest import StartSidecar
from tests.support.ledgers import ids
from tests.support.mitmdump import mitmdump_sidecar
from tests.support.postgres import PASSWORD, Postgres, free_port
from tests.support.samples import record
from tests.support.sidecar import Sidecar, clean_environment, wait_until
from tests.support.upstream import Upstream, plain

SECONDS = 90.0
ANSWER = b'{"id": "chatcmpl-1", "model": "gpt-4o", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}'


pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def answering(upstream: Upstream) -> None:
    upstream.answer = lambda _asked: plain(ANSWER)


def call(sidecar: Sidecar, times: int = 1) -> None:
    """Let a client see `times` calls complete."""
    with httpx2.Client(proxy=sidecar.proxy, timeout=SECONDS) as client:
        for _ in range(times):
            answer = client.post("http://www.example.org/v1/chat/completions", json={})
            assert (answer.status_code, answer.content) == (200, ANSWER)


def behind(sidecar: Sidecar) -> str:
    """Wait until the ledger is behind, and return why."""
    give_up = time.monotonic() + SECONDS
    while True:
        status, health = sidecar.healthz()
        if (status, health["ledger"]) == (200, "behind"):
            trouble: str = health["trouble"]
            return trouble
        assert time.monotonic() < give_up, health
        time.sleep(0.1)


def command(folder: Path, url: str, *arguments: str) -> str:
    """Return all that `farebox ARGUMENTS` prints with this ledger."""
    environment = {**clean_environment(), "FAREBOX_HOME": str(folder / "other"), "FAREBOX_LEDGER": url}
    done = subprocess.run(
        [sys.executable, "-m", "farebox", *arguments],
        env=environment,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.stdout + done.stderr


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_password_of_the_ledger_is_printed_or_kept(
    postgres: Postgres, database: str, start_sidecar: StartSidecar, upstream: Upstream, tmp_path: Path
) -> None:
    url = postgres.url(database)
    sidecar = start_sidecar(upstream, environment={"FAREBOX_LEDGER": url})
    call(sidecar)
    sidecar = start_sidecar(upstream, "--ledger", url, home="second")
    call(sidecar)
    sidecar.rows(2, SECONDS)

    outputs = {
        " ".join(arguments): command(tmp_path, url, *arguments)
        for arguments in (
            ("report",),
            ("report", "--since", "2019"),
            ("tail", "--no-follow"),
            ("show", "chatcmpl-1"),
            ("show", "nothing"),
            ("export",),
            ("migrate",),
            ("doctor",),
            ("run", "--", "true"),
        )
    }
    postgres.stop()
    outputs |= {
        "away": behind_after(sidecar),
        **{f"{name} while away": command(tmp_path, url, name) for name in ("report", "migrate", "doctor", "export")},
    }
    postgres.start()

    assert f"postgres:{MASK}@" in sidecar.banner
    assert sum(f"postgres:{MASK}@" in text for text in outputs.values()) >= 6
    assert "Traceback" not in "".join(outputs.values())
    assert [name for name, text in outputs.items() if PASSWORD in text] == []
    assert [path for path, content in files(tmp_path).items() if PASSWORD.encode() in content] == []


def behind_after(sidecar: Sidecar) -> str:
    call(sidecar)
    return behind(sidecar)


def test_mitmproxys_own_log_has_no_password(
    postgres: Postgres, database: str, upstream: Upstream, tmp_path: Path
) -> None:
    with mitmdump_sidecar(upstream, tmp_path / "home", FAREBOX_LEDGER=postgres.url(database)):
        printed = (tmp_path / "mitmdump.log").read_text()

    assert f"farebox records to postgresql+psycopg://postgres:{MASK}@" in printed
    assert PASSWORD not in printed


def test_a_ledger_that_becomes_unavailable_delays_no_traffic_and_gets_every_call_once(
    postgres: Postgres, database: str, start_sidecar: StartSidecar, upstream: Upstream
) -> None:
    sidecar = start_sidecar(upstream, "--ledger", postgres.url(database))
    call(sidecar, 3)
    sidecar.rows(3, SECONDS)

    for end in (postgres.stop, postgres.kill):
        end()
        call(sidecar, 5)
        assert behind(sidecar)
        postgres.start()

    assert len({row["id"] for row in sidecar.rows(13, SECONDS)}) == 13


def test_a_ledger_that_is_unavailable_or_wrong_at_the_start_delays_no_traffic(
    postgres: Postgres, database: str, start_sidecar: StartSidecar, upstream: Upstream
) -> None:
    sidecar = start_sidecar(upstream, "--ledger", postgres.url(database, password="wrong-canary"))

    call(sidecar)

    assert "password authentication failed" in behind(sidecar)
    assert "check user and password in its URL" in sidecar.log.read_text()
    assert "wrong-canary" not in sidecar.log.read_text()


def test_a_ledger_that_hangs_delays_neither_the_start_nor_traffic(
    postgres: Postgres, database: str, start_sidecar: StartSidecar, upstream: Upstream
) -> None:
    command(start_sidecar(upstream, home="first").home.parent, postgres.url(database), "migrate")
    with postgres.frozen():
        sidecar = start_sidecar(upstream, "--ledger", postgres.url(database))
        call(sidecar, 3)
        behind(sidecar)

    assert len({row["id"] for row in sidecar.rows(3, SECONDS)}) == 3


def test_a_start_does_not_wait_for_the_recorder_of_a_killed_farebox(
    postgres: Postgres, database: str, start_sidecar: StartSidecar, upstream: Upstream
) -> None:
    given = ("--ledger", postgres.url(database), "--metrics-port", str(free_port()))
    killed = start_sidecar(upstream, *given)
    call(killed)
    killed.rows(1, SECONDS)

    with postgres.frozen():
        call(killed, 2)
        # The recorder is at them now, and waits for the server.
        time.sleep(1)
        killed.process.kill()
        killed.process.wait(SECONDS)
        again = start_sidecar(upstream, *given)
        call(again, 3)
        assert "the recorder of a killed farebox, has not ended yet" in behind(again)

    assert len({row["id"] for row in again.rows(6, SECONDS)}) == 6
    # The rows are committed before the recorder reports that it has caught up.
    wait_until(lambda: again.healthz()[1]["ledger"] == "ok")


def test_sidecars_that_start_at_once_share_a_ledger(
    postgres: Postgres, database: str, start_sidecar: StartSidecar, upstream: Upstream
) -> None:
    names = ("one", "two")
    sidecars = [
        start_sidecar(upstream, "--ledger", postgres.url(database), home=name, environment={"FAREBOX_SIDECAR": name})
        for name in names
    ]
    for sidecar in sidecars:
        call(sidecar, 4)

    rows = sidecars[0].rows(8, SECONDS)
    recorders: list[Any] = [row["sidecar"] for row in rows]
    assert {name: recorders.count(name) for name in names} == {"one": 4, "two": 4}
    assert len({row["id"] for row in rows}) == 8


def test_the_recorder_deletes_old_calls(engine: Engine, start_sidecar: StartSidecar, upstream: Upstream) -> None:
    old, new = (record(started_at=datetime.now(UTC) - timedelta(days=days)) for days in (70, 1))
    DatabaseSink(engine).write([old, new], {})

    start_sidecar(
        upstream,
        *("--ledger", engine.url.render_as_string(hide_password=False)),
        environment={"FAREBOX_RETENTION_CALLS": "30d"},
    )

    give_up = time.monotonic() + SECONDS
    while ids(engine) != [new.id]:
        assert time.monotonic() < give_up, ids(engine)
        time.sleep(0.1)
