"""Ledgers as Grafana's boards ask them: the same rows in Postgres and on ClickHouse."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from farebox.store.clickhouse.http import Server
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from sqlalchemy import Engine

from tests.support.boards import Json, board
from tests.support.grafana import Asker, ask_ledger
from tests.support.grafana_clickhouse import ask_clickhouse, filled
from tests.support.ledgers import new_postgres_ledger
from tests.support.postgres import Postgres

KINDS = ("postgres", "clickhouse")
Fill = Callable[[Engine], object]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class BoardLedger:
    """A ledger: its kind, what answers a query that an asker fills in, and what sets the zone of its server."""

    kind: str
    ask: Callable[[Asker, str], list[Json]]
    set_zone: Callable[[str], object]

    def board(self, name: str) -> Json:
        """Return the generated board that asks this ledger."""
        return board(name if self.kind == "postgres" else f"clickhouse/{name}")


@contextmanager
def in_postgres(server: Postgres, fill: Fill) -> Iterator[BoardLedger]:
    """Return a new ledger in Postgres, filled."""
    with new_postgres_ledger(server) as engine:
        fill(engine)
        with server.connect(str(engine.url.database)) as connection:
            yield of_connection(connection)


def of_connection(connection: psycopg.Connection[Any]) -> BoardLedger:
    """Return the ledger at the end of a connection to Postgres."""
    return BoardLedger(
        "postgres",
        lambda asker, query: ask_ledger(connection, asker.sql(query)),
        lambda zone: connection.execute(f"SET timezone = '{zone}'".encode()),
    )


@contextmanager
def on_clickhouse(server: Server, fill: Fill) -> Iterator[BoardLedger]:
    """Return a new ledger on ClickHouse, filled."""
    database = f"boards_{next(_numbers)}"
    server.ask(f"CREATE DATABASE {database}")
    engine = open_engine(f"clickhouse://127.0.0.1:{server.address.port}/{database}", patience=600)
    migrate(engine)
    fill(engine)
    engine.dispose()
    yield of_server(Server(replace(server.address, database=database), patience=600))
    server.ask(f"DROP DATABASE {database}")


def of_server(server: Server) -> BoardLedger:
    """Return the ledger in the database of a ClickHouse server."""
    return BoardLedger(
        "clickhouse",
        lambda asker, query: ask_clickhouse(server, filled(asker, query)),
        lambda zone: server.ask(f"SET session_timezone = '{zone}'"),
    )


def panel_query(made: Json, title: str) -> str:
    """Return what the panel asks whose title begins so."""
    panel = next(one for one in made["panels"] if one["title"].startswith(title))
    return str(panel["targets"][0]["rawSql"])


def queries(made: Json) -> Sequence[tuple[str, str]]:
    """Return what panels and variables of a board ask its ledger, by their names."""
    panels = [
        (panel["title"], target["rawSql"])
        for panel in made["panels"]
        for target in panel.get("targets", [])
        if "rawSql" in target
    ]
    variables = [
        (f"${one['name']}", one["query"]["rawSql"] if isinstance(one["query"], dict) else one["query"])
        for one in made["templating"]["list"]
        if one["type"] == "query" and one["datasource"]["uid"] == "${ledger}"
    ]
    return [*panels, *variables]
