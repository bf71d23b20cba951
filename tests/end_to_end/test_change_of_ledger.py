"""A sidecar gets another ledger as docs/commands.md says: no call is lost, and none is there twice."""

import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import httpx2
import pytest
from farebox.store.engine import open_engine
from farebox.store.queries import all_calls

from tests.conftest import StartSidecar
from tests.support.clickhouse import Cluster
from tests.support.postgres import Postgres
from tests.support.sidecar import Sidecar, clean_environment
from tests.support.upstream import Asked, Step, Upstream, plain

SECONDS = 90.0
ANSWER = b'{"id": "chatcmpl-1", "model": "gpt-4o", "usage": {"prompt_tokens": %d, "completion_tokens": 1}}'

pytestmark = pytest.mark.slow


def call(upstream: Upstream, sidecar: Sidecar, *numbers: int) -> None:
    """Let a client see a call complete for each of `numbers`, which is its input."""
    with httpx2.Client(proxy=sidecar.proxy, timeout=SECONDS) as client:
        for number in numbers:
            upstream.answer = partial(_answer, number)
            assert client.post("http://www.example.org/v1/chat/completions", json={}).status_code == 200


def _answer(number: int, _asked: Asked) -> list[Step]:
    return plain(ANSWER % number)


def migrate(folder: Path, to: str) -> str:
    """Copy the ledger of data folder `home` and return what is printed."""
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "migrate", "--to", to],
        env={**clean_environment(), "FAREBOX_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def inputs(url: str) -> list[int]:
    """Return the inputs of the calls in a ledger."""
    engine = open_engine(url)
    found = [row["input_tokens"] for row in all_calls(engine)]
    engine.dispose()
    return sorted(found)


def spooled(sidecar: Sidecar) -> int:
    """Return how many bytes of calls are in the spool's files."""
    return sum(path.stat().st_size for path in (sidecar.home / "spool").rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", ["postgres", "clickhouse"])
def test_calls_before_during_and_after_the_change_are_there_once(
    request: pytest.FixtureRequest, upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path, kind: str
) -> None:
    server: Cluster | Postgres = request.getfixturevalue(kind)
    database = request.getfixturevalue("database") if isinstance(server, Postgres) else "changed"
    if isinstance(server, Cluster):
        server.create(database)
    url = server.url(database)
    old = start_sidecar(upstream)
    call(upstream, old, 1, 2, 3)
    old.rows(3)

    first = migrate(tmp_path, url)
    call(upstream, old, 4, 5)
    old.rows(5)
    assert old.stop() == 0
    last = migrate(tmp_path, url)
    new = start_sidecar(upstream, "--ledger", url)
    call(upstream, new, 6)
    new.rows(6)
    assert new.stop() == 0

    assert "has all 3 calls of" in first
    assert "has all 5 calls of" in last
    assert Counter(inputs(url)) == Counter([1, 2, 3, 4, 5, 6])


def test_a_killed_sidecar_whose_spool_is_read_again_doubles_no_call(
    upstream: Upstream, start_sidecar: StartSidecar, clickhouse: Cluster, tmp_path: Path
) -> None:
    """The position in the spool stays in the old ledger, so the new recorder reads calls that are copied."""
    clickhouse.create("killed")
    url = clickhouse.url("killed")
    old = start_sidecar(upstream)
    call(upstream, old, 1, 2, 3)
    old.rows(3)
    old.kill()
    assert spooled(old) > 0

    migrate(tmp_path, url)
    with start_sidecar(upstream, "--ledger", url) as new:
        call(upstream, new, 4)
        new.rows(4)

    assert inputs(url) == [1, 2, 3, 4]
