"""Two sidecars with one ledger: Prometheus sees the first call of each, and the gauges survive kill -9."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.support import chats
from tests.support.postgres import Postgres, free_port
from tests.support.processes import kill_child
from tests.support.prometheus import VERSIONS, tools
from tests.support.prometheus_server import Prometheus
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Upstream

pytestmark = pytest.mark.slow
URL = "https://api.openai.com/v1/chat/completions"
USD = chats.COST / 10**9
# increase() extrapolates from few samples. A first call that is lost, or counted twice, is beyond these bounds.
MOST = 1.9
# Both scrapes of both sidecars, with the call counted.
COUNTED = "sum(farebox_calls_total) == 2"


@dataclass
class Place:
    """Where a sidecar runs: it starts there again with the same spool and port."""

    arguments: tuple[str, ...]
    home: Path
    port: int

    def start(self) -> Sidecar:
        return Sidecar(self.home, *self.arguments, "--metrics-port", str(self.port))


@pytest.fixture
def started(postgres: Postgres, database: str, tmp_path: Path) -> Iterator[tuple[list[Place], ExitStack]]:
    """Two places with one ledger, in which a run before has left a call."""
    with ExitStack() as running:
        upstream = running.enter_context(Upstream(chats.answer))
        given = (*redirected(upstream, tmp_path), "--ledger", postgres.url(database))
        with Sidecar(tmp_path / "earlier", *given) as earlier:
            call(earlier)
            earlier.rows(1)
        yield [Place(given, tmp_path / name, free_port()) for name in ("one", "two")], running


def call(sidecar: Sidecar) -> None:
    """Make one call of gpt-4o."""
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=sidecar.proxy, verify=trust, timeout=60, trust_env=False) as client:
        assert client.post(URL, json={"model": "gpt-4o", "messages": []}).status_code == 200


def test_first_calls_count_and_gauges_stay_the_same(started: tuple[list[Place], ExitStack], tmp_path: Path) -> None:
    places, running = started
    sidecars = [running.enter_context(place.start()) for place in places]
    servers = {}
    for version in VERSIONS:
        (tmp_path / version).mkdir()
        server = Prometheus(tmp_path / version, tools(version), [one.metrics_url for one in sidecars])
        servers[version] = running.enter_context(server)
    for server in servers.values():
        server.wait_for("count(farebox_cost_usd_total == 0) == 2")

    for sidecar in sidecars:
        call(sidecar)

    for server in servers.values():
        server.wait_for(COUNTED)
        assert 1 <= increase(server) / (2 * USD) * (1 + 1e-9) < MOST
        wait_for_gauges(server)
    kill_child(sidecars[0].process.pid, "farebox.recorder")
    sidecars[1].kill()
    running.enter_context(places[1].start())
    for server in servers.values():
        # The counters are at 0 again, the gauges are not.
        server.wait_for("count(farebox_cost_usd_total == 0) == 2")
        wait_for_gauges(server)
        assert 1 <= increase(server) / (2 * USD) * (1 + 1e-9) < MOST


def increase(server: Prometheus) -> float:
    """Return what Prometheus takes the spend of the last minutes to be: it extrapolates."""
    [found] = server.query("sum(increase(farebox_cost_usd_total[10m]))")
    return float(found["value"][1])


def wait_for_gauges(server: Prometheus) -> None:
    """Wait until both sidecars show the exact sum of all three calls, in each window that holds them."""
    whole = f'farebox_spend_usd{{window=~"24h|7d|30d",scope="all"}} == {3 * chats.COST / 10**9!r}'
    server.wait_for(f"count({whole}) == 6")
