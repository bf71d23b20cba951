"""Fixtures: a local provider and a sidecar that is redirected to it."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from farebox.store.engine import open_engine
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from tests.support.clickhouse import Cluster, is_installed
from tests.support.effort import EXHAUSTIVE
from tests.support.ledgers import DATABASES, new_ledger, new_postgres_ledger, opened
from tests.support.paths import TESTS
from tests.support.postgres import Postgres
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Asked, Step, Upstream, plain

# Without bytecode, each process that a test starts would compile a thousand modules: most of the time of a start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# On a busy machine, one example may take any time.
_ANY_TIME = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("full", _ANY_TIME)
hypothesis_settings.register_profile("sample", _ANY_TIME, max_examples=25)
hypothesis_settings.load_profile("full" if EXHAUSTIVE else "sample")

# A process of pytest-xdist runs whole files, in this order.
LONGEST_FILES = (
    "end_to_end/test_http2.py",
    "dialects/test_cases.py",
    "end_to_end/test_canaries.py",
    "dialects/test_fuzz.py",
    "cli/test_run.py",
    "end_to_end/stop/test_up.py",
    "end_to_end/test_shared_ledger.py",
    "end_to_end/stop/test_killed.py",
    "end_to_end/test_start.py",
    "supervisor/test_supervisor.py",
    "project/test_soak.py",
    "end_to_end/test_wheel.py",
    "demo/test_session.py",
    "end_to_end/test_faithful.py",
    "end_to_end/stop/test_mitmdump.py",
    "end_to_end/test_no_leak.py",
    "proxy/test_addon.py",
)

StartUpstream = Callable[[Callable[[Asked], list[Step]]], Upstream]
StartSidecar = Callable[..., Sidecar]


@pytest.fixture
def start_upstream() -> Iterator[StartUpstream]:
    """Start a local provider that answers as the given function says."""
    with ExitStack() as running:
        yield lambda answer, **options: running.enter_context(Upstream(answer, **options))


@pytest.fixture
def upstream(start_upstream: StartUpstream) -> Upstream:
    """A local provider; set its `answer`."""
    return start_upstream(lambda _asked: plain(b"{}"))


@pytest.fixture
def start_sidecar(tmp_path: Path) -> Iterator[StartSidecar]:
    """Start `farebox up`, redirected to an upstream, with the data folder `home`."""
    with ExitStack() as running:

        def start(upstream: Upstream, *arguments: str, home: str = "home", **options: Any) -> Sidecar:
            given = (*redirected(upstream, tmp_path), *arguments)
            return running.enter_context(Sidecar(tmp_path / home, *given, **options))

        yield start


@pytest.fixture
def sidecar(upstream: Upstream, start_sidecar: StartSidecar) -> Sidecar:
    """A sidecar in front of `upstream`."""
    return start_sidecar(upstream)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A Postgres for the whole run."""
    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The name of a new and empty database there."""
    # A test that failed may have left it stopped.
    postgres.start()
    name = postgres.create()
    yield name
    postgres.start()
    postgres.drop(name)


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A ledger without tables, on each of the databases."""
    if request.param == "sqlite":
        with opened(tmp_path / "ledger.db") as engine:
            yield engine
    else:
        server, database = request.getfixturevalue("postgres"), request.getfixturevalue("database")
        engine = open_engine(server.url(database))
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def clickhouse() -> Iterator[Cluster]:
    """A ClickHouse server for the whole run."""
    if not is_installed():
        pytest.skip("clickhouse-server is not installed")
    with Cluster(1) as server:
        yield server


@pytest.fixture
def clickhouse_ledger(clickhouse: Cluster) -> Iterator[Engine]:
    """A new ledger on ClickHouse."""
    with clickhouse.new_ledger() as engine:
        yield engine


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A new ledger, on each of the databases."""
    with _new_ledger(request, tmp_path) as engine:
        yield engine


@pytest.fixture(scope="module", params=DATABASES)
def module_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One ledger for all tests of a module, which empty it themselves, on each of the databases."""
    with _new_ledger(request, tmp_path_factory.mktemp("ledger")) as engine:
        yield engine


def _new_ledger(request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[Engine]:
    if request.param == "sqlite":
        return new_ledger(folder / "ledger.db")
    return new_postgres_ledger(request.getfixturevalue("postgres"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no process ends long after the others."""
    place = {TESTS / name: number for number, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what skips although FAREBOX_SHARED says that its data is there."""
    report = yield
    if report.skipped and os.environ.get("FAREBOX_SHARED"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although FAREBOX_SHARED is set: {report.longrepr}"
    return report
