"""Everything that the boards ask: a sidecar, a ledger in Postgres and Prometheus, with the traffic of six weeks."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate

from tests.board_pictures import calls, history
from tests.support import mixed_traffic
from tests.support.postgres import Postgres, free_port
from tests.support.prometheus import tools
from tests.support.prometheus_server import Prometheus
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Upstream

_BATCH = 2000
_READER = "reader"
# A page on another port asks it, for more than the fifteen days that it keeps by itself.
_FLAGS = ("--web.cors.origin=.*", "--storage.tsdb.retention.time=90d")
# It compacts its history at the start.
_PATIENCE = 300.0
BUDGETS = """
timezone: UTC
budgets:
  - {name: company, scope: all, limit: 60 USD, window: month}
  - {name: team river, scope: team, match: river, limit: 15 USD, window: month}
  - {name: a day, scope: all, limit: 3 USD, window: day}
"""


@dataclass(frozen=True)
class Stage:
    """Addresses: of Prometheus, and of the ledger for one who may only read it."""

    prometheus: str
    ledger: str


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Start all parts in `folder` and end them with the block."""
    now = datetime.now(UTC).replace(microsecond=0)
    found = calls.records(now)
    _say(f"{len(found)} calls made up")
    with Postgres() as postgres:
        database = postgres.create()
        engine = open_engine(postgres.url(database))
        migrate(engine)
        sink = DatabaseSink(engine)
        for begin in range(0, len(found), _BATCH):
            sink.write(found[begin : begin + _BATCH], {})
        engine.dispose()
        with postgres.connect(database) as owner:
            owner.execute(f"CREATE ROLE {_READER} LOGIN PASSWORD '{_READER}'".encode())
            owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {_READER}".encode())
        _say("ledger written")
        yield from _running(folder, postgres, database, list(history.texts(found, now)))


def _running(folder: Path, postgres: Postgres, database: str, earlier: list[str]) -> Iterator[Stage]:
    (folder / "farebox.yaml").write_text(BUDGETS)
    with Upstream(mixed_traffic.answer) as upstream:
        closed = ("--set", f"upstream_ports=api.mistral.ai={free_port()}")
        given = (*redirected(upstream, folder), *closed, "--config", str(folder / "farebox.yaml"))
        with Sidecar(folder / "home", *given, "--ledger", postgres.url(database)) as sidecar:
            prometheus = tools("installed")
            with Prometheus(
                folder,
                prometheus,
                [sidecar.metrics_url],
                *earlier,
                instances=["sidecar-1"],
                flags=_FLAGS,
                patience=_PATIENCE,
            ) as server:
                _say("Prometheus has its history")
                trust = ssl.create_default_context(cafile=sidecar.ca)
                with httpx2.Client(proxy=sidecar.proxy, verify=trust, timeout=30, trust_env=False) as client:
                    mixed_traffic.play(client)
                server.wait_for('sum(farebox_calls_total{provider="groq"}) >= 6', _PATIENCE)
                server.wait_for('ALERTS{alertname="FareboxWatchdog",alertstate="firing"}', _PATIENCE)
                server.wait_for('farebox_spend_forecast_usd{bound="high"}', _PATIENCE)
                address = f"postgresql://{_READER}:{_READER}@127.0.0.1:{postgres.port}/{database}"
                yield Stage(server.url, address)


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)
