"""`farebox migrate --to`: what it prints, what it refuses, and how it goes on after it was ended."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import open_engine
from farebox.store.queries import number_of_calls
from farebox.store.summary import Scope
from sqlalchemy import Engine

from tests.cli.conftest import Command
from tests.store.transfer.ledgers import fill, some_calls
from tests.support.clickhouse import Cluster
from tests.support.ledgers import ids, new_ledger, opened
from tests.support.postgres import Postgres
from tests.support.samples import record
from tests.support.sidecar import clean_environment

MANY = 9_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A ledger whose copy takes some seconds."""
    with new_ledger(tmp_path_factory.mktemp("many") / "ledger.db") as engine:
        DatabaseSink(engine).write([record(input_tokens=1, cost_nanousd=7) for _ in range(MANY)], {})
        yield engine


def migrating(engine: Engine, to: str) -> subprocess.Popen[str]:
    """Start the copy in a process of its own."""
    folder = Path(str(engine.url.database)).parent
    return subprocess.Popen(
        [sys.executable, "-m", "farebox", "migrate", "--ledger", str(engine.url), "--to", to],
        env={**clean_environment(), "FAREBOX_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_calls(url: str) -> int:
    """Wait until some of the calls, not all, are in the ledger; return how many."""
    engine = open_engine(url)
    try:
        while True:
            time.sleep(0.05)
            try:
                number = number_of_calls(engine, Scope())
            except Exception:  # noqa: BLE001 - it has no tables yet
                continue
            if number:
                return number
    finally:
        engine.dispose()


def test_each_month_is_told_with_its_sums(run: Command, engine: Engine, tmp_path: Path) -> None:
    done = run("migrate", "--to", str(tmp_path / "target.db"))

    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"/target.db has all 3 calls of {engine.url!r} (3 sent)\n")
    months = done.out.splitlines()[:-1]
    assert sum(int(line.split()[1]) for line in months) == 3
    assert all(line.endswith(" without a cost, the same in both") for line in months)
    with opened(tmp_path / "target.db") as target:
        assert ids(target) == ids(engine)


def test_the_ledger_itself_is_no_target(run: Command, engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)

    done = run("migrate", "--to", url)

    assert done.code == 1
    assert done.err.endswith(", the ledger itself: name another one\n")


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ("mysql://host/db", "farebox: to: 'mysql' is not a database that farebox can use"),
        ("clickhouse://host:9000/db", "farebox: to: port 9000 in its URL is that of ClickHouse's native protocol"),
        ("postgresql://127.0.0.1:1/db", "farebox: ledger postgresql+psycopg://127.0.0.1:1/db is unavailable"),
        ("clickhouse://127.0.0.1:1/db", "farebox: ledger clickhouse://127.0.0.1:1/db"),
    ],
)
def test_a_target_that_cannot_be_used_is_named(run: Command, to: str, error: str) -> None:
    done = run("migrate", "--to", to)

    assert done.code == 1
    assert done.err.startswith(error)


def test_it_is_a_copy_or_a_rebuild(run: Command, tmp_path: Path) -> None:
    assert run("migrate", "--rebuild", "--to", str(tmp_path / "target.db")).code == 2


def test_nothing_is_copied_from_clickhouse(run: Command, clickhouse: Cluster, tmp_path: Path) -> None:
    done = run("migrate", "--ledger", clickhouse.url("default"), "--to", str(tmp_path / "target.db"))

    assert done.code == 1
    assert "is on ClickHouse, which farebox copies nothing from" in done.err
    assert not (tmp_path / "target.db").exists()


def test_other_calls_in_the_target_are_not_mixed_with_these(run: Command, tmp_path: Path) -> None:
    with new_ledger(tmp_path / "target.db") as target:
        fill(target, some_calls(2))

    done = run("migrate", "--to", str(tmp_path / "target.db"))

    assert (done.code, done.out) == (1, "")
    assert "name an empty database" in done.err


def test_a_user_without_rights_is_told(run: Command, postgres: Postgres, database: str) -> None:
    with postgres.connect(database) as connection:
        connection.execute("CREATE ROLE reading LOGIN PASSWORD 'reading'")
    done = run("migrate", "--to", _as_user(postgres.url(database)))
    with postgres.connect(database) as connection:
        connection.execute("DROP ROLE reading")

    assert done.code == 1
    assert "permission denied" in done.err


def _as_user(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://reading:reading@{rest.rpartition('@')[2]}"


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["postgres", "clickhouse"])
def test_a_copy_that_was_ended_goes_on(
    request: pytest.FixtureRequest, many: Engine, kind: str, sign: signal.Signals
) -> None:
    server = request.getfixturevalue(kind)
    database = f"copy_{sign}"
    if kind == "clickhouse":
        server.create(database)
    else:
        database = request.getfixturevalue("database")
    url = server.url(database)
    first = migrating(many, url)
    assert 0 < wait_for_calls(url) < MANY
    first.send_signal(sign)
    first.communicate()
    assert first.returncode == (130 if sign is signal.SIGINT else -signal.SIGKILL)

    second = migrating(many, url)
    out, err = second.communicate()

    assert (second.returncode, err) == (0, "")
    assert f"has all {MANY:,} calls of" in out
    engine = open_engine(url)
    assert ids(engine) == ids(many)
    engine.dispose()


@pytest.mark.slow
def test_a_target_that_goes_away_ends_the_copy_and_the_next_one_goes_on(
    many: Engine, postgres: Postgres, database: str
) -> None:
    url = postgres.url(database)
    first = migrating(many, url)
    assert 0 < wait_for_calls(url) < MANY
    postgres.stop()
    out, err = first.communicate()
    postgres.start()

    assert (first.returncode, out) == (1, "")
    assert "What is copied stays: run the same command again to go on" in err
    second = migrating(many, url)
    assert f"has all {MANY:,} calls of" in second.communicate()[0]
