"""Every panel and variable asks the real parts: a sidecar, Postgres, and Prometheus in two versions."""

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import httpx2
import psycopg
import pytest

from tests.support import mixed_traffic
from tests.support.boards import NAMES, Place, board, metrics_in, places
from tests.support.grafana import ask_ledger, ask_prometheus, chosen_hours
from tests.support.postgres import Postgres, free_port
from tests.support.prometheus import VERSIONS, tools
from tests.support.prometheus_server import Prometheus
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Upstream

pytestmark = pytest.mark.slow
PANELS = places()
READER = "postgresql://board_reader:canary-reader@127.0.0.1:{port}/{database}"
GRANTS = (
    "CREATE ROLE board_reader LOGIN PASSWORD 'canary-reader'",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO board_reader",
)
# Series that only a longer history has.
NEEDS_HISTORY = {"farebox_spend_usual_usd", "farebox_spend_forecast_usd", "farebox_budget_forecast_ratio"}
# Exceeded at once, so that an alert fires.
BUDGETS = """
budgets:
  - {name: all, scope: all, limit: 0.001 USD, window: month}
"""


@dataclass(frozen=True)
class Stage:
    """What runs: the sidecar, and connections to the ledger and to Prometheus of each version."""

    sidecar: Sidecar
    ledger: psycopg.Connection[Any]
    prometheus: dict[str, Prometheus]

    @property
    def exported(self) -> set[str]:
        """The names of the metrics that the sidecar exports."""
        return {name.partition("{")[0] for name in self.sidecar.metrics()}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Stage]:
    """A sidecar with a ledger in Postgres, scraped from its start, after mixed traffic."""
    folder = tmp_path_factory.mktemp("stage")
    database = postgres.create()
    with ExitStack() as running:
        upstream = running.enter_context(Upstream(mixed_traffic.answer))
        closed = ("--set", f"upstream_ports=api.mistral.ai={free_port()}")
        (folder / "farebox.yaml").write_text(BUDGETS)
        given = (*redirected(upstream, folder), *closed, "--config", str(folder / "farebox.yaml"))
        sidecar = running.enter_context(Sidecar(folder / "home", *given, "--ledger", postgres.url(database)))
        servers = {}
        for version in VERSIONS:
            (folder / version).mkdir()
            server = Prometheus(folder / version, tools(version), [sidecar.metrics_url], yesterday())
            servers[version] = running.enter_context(server)
        trust = ssl.create_default_context(cafile=sidecar.ca)
        with httpx2.Client(proxy=sidecar.proxy, verify=trust, timeout=30, trust_env=False) as client:
            # A series is born by its first calls; only later ones make it grow.
            number = mixed_traffic.play(client)
            for server in servers.values():
                server.wait_for('sum(farebox_calls_total{provider="groq"}) == 6')
            number += mixed_traffic.play(client)
        sidecar.rows(number)
        with postgres.connect(database) as owner:
            for grant in GRANTS:
                owner.execute(grant.encode())
        for server in servers.values():
            server.wait_for('sum(farebox_calls_total{provider="groq"}) == 12')
            server.wait_for('ALERTS{alertname="FareboxBudgetExceeded",alertstate="firing"}')
        address = READER.format(port=postgres.port, database=database)
        yield Stage(sidecar, running.enter_context(psycopg.connect(address, autocommit=True)), servers)
    postgres.drop(database)
    with postgres.connect() as owner:
        owner.execute(b"DROP ROLE board_reader")


def yesterday() -> str:
    """Return streams of a day before, for panels that compare with it."""
    begin = int(time.time()) - 86_400 - 1200
    name = "farebox_time_to_first_token_seconds"
    lines = [f"# TYPE {name} histogram"]
    for provider, model in (("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5-20250929")):
        for bound in ("0.5", "1.0", "+Inf"):
            labels = f'provider="{provider}",model="{model}",le="{bound}",job="farebox",instance="earlier"'
            lines += [f"{name}_bucket{{{labels}}} {10 * step} {begin + 60 * step}" for step in range(40)]
    return "\n".join([*lines, "# EOF", ""])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", [one for one in PANELS if not one.is_sql], ids=lambda place: place.id)
def test_a_panel_of_metrics_answers_with_data(stage: Stage, place: Place, version: str) -> None:
    asker = chosen_hours(place.board, 0.25)
    for query in place.queries:
        if (metrics_in(query) & NEEDS_HISTORY) - stage.exported:
            continue
        assert stage.prometheus[version].query(asker.promql(query)), asker.promql(query)


def test_every_metric_of_the_boards_is_exported(stage: Stage) -> None:
    asked = {name for place in PANELS if not place.is_sql for query in place.queries for name in metrics_in(query)}

    assert asked - stage.exported <= NEEDS_HISTORY


@pytest.mark.parametrize("place", [one for one in PANELS if one.is_sql], ids=lambda place: place.id)
def test_a_panel_of_the_ledger_answers_a_reader_with_data(stage: Stage, place: Place) -> None:
    asker = chosen_hours(place.board, 24)
    [query] = place.queries

    assert ask_ledger(stage.ledger, asker.sql(query)), asker.sql(query)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_a_variable_and_an_annotation_answer(stage: Stage, name: str, version: str) -> None:
    made = board(name)
    asker = chosen_hours(made, 1)
    url = stage.prometheus[version].url
    for variable in (one for one in made["templating"]["list"] if one["type"] == "query"):
        if variable["datasource"]["uid"] == "${ledger}":
            assert ask_ledger(stage.ledger, asker.sql(variable["query"])), variable["name"]
        else:
            selector, _, label = variable["definition"].removeprefix("label_values(")[:-1].rpartition(", ")
            assert ask_prometheus(url, f"label/{label}/values", **{"match[]": asker.promql(selector)}), variable["name"]
    for annotation in made["annotations"]["list"]:
        ask_prometheus(url, "query", query=annotation["expr"])


def money(stage: Stage) -> tuple[Fraction, int]:
    """Return the sum of the ledger's calls in USD, and how many have none; over single calls, not the hourly sums."""
    [row] = ask_ledger(stage.ledger, "SELECT sum(cost_nanousd) AS cost, count(*) AS calls FROM calls")
    return Fraction(int(row["cost"]), 10**9), row["calls"]


def table_sums() -> list[Place]:
    """Return the panels whose column `usd` adds up to all spend of the time range."""
    names = ("Known spend per day", "By provider", "Models", "How sure", "What for", "People", "By $by", "Bill of")
    return [one for one in PANELS if one.is_sql and one.panel["title"].startswith(names) and "usd" in one.queries[0]]


@pytest.mark.parametrize("place", table_sums(), ids=lambda place: place.id)
def test_sums_of_money_are_the_ledgers_own(stage: Stage, place: Place) -> None:
    spent, _ = money(stage)

    rows = ask_ledger(stage.ledger, chosen_hours(place.board, 24).sql(place.queries[0]))

    assert sum(Fraction(row["usd"] or 0) for row in rows) == spent
    if "exact_usd" in rows[0]:
        texts = [row["exact_usd"].removeprefix(">= ").removeprefix("~") for row in rows if row["exact_usd"]]
        assert sum(map(Fraction, texts)) == spent


def test_the_sum_says_what_it_leaves_out(stage: Stage) -> None:
    spent, calls = money(stage)
    [place] = [one for one in PANELS if one.panel["title"] == "Spend, and what it leaves out"]

    rows = ask_ledger(stage.ledger, chosen_hours(place.board, 24).sql(place.queries[0]))

    assert [row["period"] for row in rows] == ["today", "this month", "chosen time range"]
    whole = rows[2]
    assert whole["exact_usd"] == f">= ~{float(spent):.9f}"
    assert (whole["calls"], whole["without_cost"]) == (calls, 12)


@pytest.mark.parametrize("window", ["1h", "24h"])
def test_gauges_of_money_are_the_ledgers_own(stage: Stage, window: str) -> None:
    spent, _ = money(stage)

    for server in stage.prometheus.values():
        server.wait_for(f'abs(max(farebox_spend_usd{{window="{window}",scope="all"}}) - {float(spent)!r}) < 1e-12')


def test_the_parts_of_certainty_add_up(stage: Stage) -> None:
    _, calls = money(stage)
    [place] = [one for one in PANELS if one.panel["title"].startswith("How sure is the spend")]

    rows = ask_ledger(stage.ledger, chosen_hours(place.board, 24).sql(place.queries[0]))

    assert sum(row["calls"] for row in rows) == calls
    [stated] = [row for row in rows if row["kind"].startswith("stated")]
    [unknown] = [row for row in rows if row["kind"].startswith("unknown")]
    assert stated["usd"] > 0
    assert (unknown["usd"], unknown["calls"], unknown["without_cost"]) == (None, 12, 12)


def test_the_figures_of_spend_carry_their_mark(stage: Stage) -> None:
    """Some calls have no price, and the usage of others is estimated."""
    for place in (one for one in PANELS if one.panel["title"].startswith(("Today", "This month"))):
        for server in stage.prometheus.values():
            query = chosen_hours(place.board, 24).promql(place.queries[0])
            server.wait_for(f'({query}) and on () label_replace(vector(1), "x", "", "", "")')
            assert [one["metric"] for one in server.query(query)] == [{"mark": "at least, estimate"}]


@pytest.mark.parametrize("kind", ["input", "output", "cache_read", "cache_write"])
def test_tokens_that_the_graphs_show_are_the_ledgers_own(stage: Stage, kind: str) -> None:
    """Of calls whose provider reported them: estimates are in the ledger alone."""
    query = f"SELECT sum({kind}_tokens) AS tokens FROM calls WHERE NOT coalesce(estimate ? '{kind}_tokens', false)"
    [row] = ask_ledger(stage.ledger, query)

    for server in stage.prometheus.values():
        [found] = server.query(f'sum(farebox_tokens_total{{kind="{kind}"}})')
        assert float(found["value"][1]) == float(row["tokens"])


def test_the_parts_of_the_input_do_not_overlap(stage: Stage) -> None:
    [place] = [one for one in PANELS if one.panel["title"].startswith("Input tokens")]
    asker = chosen_hours(place.board, 0.25)

    for server in stage.prometheus.values():
        rate = 'sum(rate(farebox_tokens_total{kind="input"}[300s]))'
        together = " + ".join(f"({asker.promql(query)})" for query in place.queries)
        [found] = server.query(f"abs(({together}) - {rate}) < 1e-6 * {rate}")
        assert found


def test_each_call_stands_with_its_own_cost(stage: Stage) -> None:
    [place] = [one for one in PANELS if one.panel["title"].startswith("Latest")]
    costs = {row["id"]: row for row in stage.sidecar.rows()}

    rows = ask_ledger(stage.ledger, chosen_hours(place.board, 24).sql(place.queries[0]))

    assert {row["id"] for row in rows} == set(costs)
    for row in rows:
        call = costs[row["id"]]
        digits = row["usd"].removeprefix(">= ").removeprefix("~")
        if call["cost_nanousd"] is None:
            assert digits == ("-" if call["cost_status"] == "none" else "unknown")
        else:
            assert Fraction(digits) == Fraction(call["cost_nanousd"], 10**9)
            mark = {"estimated": "~", "partial": ">= "}.get(call["cost_status"], "")
            assert row["usd"] == mark + digits
