"""Panels that need weeks of ledger: what is usual, and what a month and a budget will come to."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import opened
from farebox.store.migrate import migrate

from tests.support.boards import Place, metrics_in, places
from tests.support.grafana import chosen_hours
from tests.support.postgres import Postgres
from tests.support.prometheus import VERSIONS, tools
from tests.support.prometheus_server import Prometheus
from tests.support.samples import record
from tests.support.sidecar import Sidecar

pytestmark = pytest.mark.slow
NAMES = ("farebox_spend_usual_usd", "farebox_spend_forecast_usd", "farebox_budget_forecast_ratio")
PANELS = [
    place for place in places() if not place.is_sql and any(metrics_in(query) & set(NAMES) for query in place.queries)
]
BUDGETS = "budgets: [{name: all, scope: all, limit: 1000 USD, window: month}]\n"
# What the hour that is under way came to in each of the last weeks, in USD; it is a dollar in every other hour.
WEEKS = {1: 4, 2: 2, 3: 5, 4: 3}


@dataclass(frozen=True)
class Stage:
    """A sidecar whose ledger has five weeks, and Prometheus of each version that scrapes it."""

    sidecar: Sidecar
    servers: dict[str, Prometheus]


def history(now: datetime) -> Iterator[Record]:
    """Yield a call of each hour for five weeks, and one of the last minute: a name is compared while it spends."""
    told = {"model_requested": "gpt-4o", "user_id": "ada"}
    yield record(started_at=now - timedelta(minutes=1), cost_nanousd=10**9, **told)
    hour = now.replace(minute=0, second=0, microsecond=0)
    for back in range(5 * 168, 0, -1):
        week, rest = divmod(back, 168)
        usd = WEEKS.get(week, 1) if rest == 0 else 1
        at = hour - timedelta(hours=back) + timedelta(minutes=5)
        yield record(started_at=at, cost_nanousd=usd * 10**9, **told)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("history")
    database = postgres.create()
    url = postgres.url(database)
    with opened(url) as engine:
        migrate(engine)
        DatabaseSink(engine, keep=timedelta(days=365)).write(list(history(datetime.now(UTC))), {})
    (folder / "farebox.yaml").write_text(BUDGETS)
    with ExitStack() as running:
        given = ("--config", str(folder / "farebox.yaml"), "--ledger", url)
        told = {"FAREBOX_TIMEZONE": "UTC"}
        sidecar = running.enter_context(Sidecar(folder / "home", *given, environment=told))
        servers = {}
        for version in VERSIONS:
            (folder / version).mkdir()
            server = Prometheus(folder / version, tools(version), [sidecar.metrics_url])
            servers[version] = running.enter_context(server)
        for name in NAMES:
            for server in servers.values():
                server.wait_for(name)
        yield Stage(sidecar, servers)
    postgres.drop(database)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", PANELS, ids=lambda place: place.id)
def test_a_panel_that_needs_history_answers(stage: Stage, place: Place, version: str) -> None:
    asker = chosen_hours(place.board, 0.25)

    for query in place.queries:
        if metrics_in(query) & set(NAMES):
            assert stage.servers[version].query(asker.promql(query)), asker.promql(query)


@pytest.mark.parametrize("scope", ['scope="all"', 'scope="user",name="ada"'])
def test_an_hour_is_usually_like_the_median_of_its_weeks(stage: Stage, scope: str) -> None:
    [found] = stage.servers["installed"].query(f'farebox_spend_usual_usd{{window="1h",{scope}}}')

    assert float(found["value"][1]) == 3.5


def test_a_month_and_its_budget_are_forecast_by_the_same_hours(stage: Stage) -> None:
    server = stage.servers["installed"]
    [ratio] = server.query('farebox_budget_forecast_ratio{budget="all"}')
    bounds = {one["metric"]["bound"]: float(one["value"][1]) for one in server.query("farebox_spend_forecast_usd")}
    now = datetime.now(UTC)
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    hours = ((begins + timedelta(days=32)).replace(day=1) - begins) / timedelta(hours=1)

    # A dollar an hour, and some more in one hour of each week.
    assert bounds["low"] <= bounds["likely"] <= bounds["high"]
    assert bounds["likely"] == pytest.approx(hours, rel=0.05)
    assert float(ratio["value"][1]) == pytest.approx(hours / 1000, rel=0.05)
