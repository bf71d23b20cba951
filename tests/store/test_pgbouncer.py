"""Through a pooler that hands each transaction to another server connection, everything works as it does without."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from farebox.records.record import Record
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.spool.reader import Position
from farebox.store import queries
from farebox.store.engine import open_engine, ping
from farebox.store.maintenance import Maintenance
from farebox.store.migrate import migrate
from farebox.store.polls import Poll
from farebox.store.summary import Scope
from sqlalchemy import Engine, text

from tests.support.ledgers import ids, summarise
from tests.support.pgbouncer import PROGRAM, Pgbouncer
from tests.support.postgres import Postgres
from tests.support.samples import AT, record

pytestmark = pytest.mark.skipif(not PROGRAM, reason="pgbouncer is not installed: apt-get install pgbouncer")


@pytest.fixture(scope="module")
def pooler(postgres: Postgres) -> Iterator[Pgbouncer]:
    with Pgbouncer(postgres) as pooler:
        yield pooler


@pytest.fixture
def engine(postgres: Postgres, pooler: Pgbouncer, database: str) -> Iterator[Engine]:
    """A ledger that is reached through the pooler alone."""
    engine = open_engine(postgres.url(database, port=pooler.port), patience=20)
    migrate(engine)
    yield engine
    engine.dispose()


def servers(engine: Engine) -> set[int]:
    """Return which server connections the next transactions of one client get."""
    found = set()
    with engine.connect() as connection:
        for _ in range(20):
            found.add(connection.scalar(text("SELECT pg_backend_pid()")))
            connection.rollback()
    return found


def written_by_many(engine: Engine) -> list[str]:
    """Write with several clients at once, each batch twice, and return the ids of the rows."""
    batches = [[record(started_at=AT + timedelta(days=day)) for day in range(0, 90, 10)] for _ in range(40)]
    failures: list[BaseException] = []

    def act(name: str, mine: list[list[Record]]) -> None:
        try:
            sink = DatabaseSink(engine, sidecar=name)
            for number, batch in enumerate(mine):
                for _ in range(2):
                    sink.write(batch, {name: Position(1, number)})
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            failures.append(error)

    threads = [threading.Thread(target=act, args=(f"client-{first}", batches[first::4])) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return sorted(one.id for batch in batches for one in batch)


def test_a_client_gets_one_server_after_another(engine: Engine) -> None:
    written_by_many(engine)

    assert len(servers(engine)) > 1


def test_many_clients_write_each_row_once(engine: Engine) -> None:
    written = written_by_many(engine)

    assert ids(engine) == written
    assert queries.positions(engine) == {f"client-{number}": Position(1, 9) for number in range(4)}


def test_reading_linking_and_purging_work(engine: Engine) -> None:
    old, new = record(started_at=AT - timedelta(days=400)), record(response_id="resp_1", cost_nanousd=7)
    poll = Poll("api.openai.com", "openai_responses", "resp_2", 1, b"message")
    sink = DatabaseSink(engine, sidecar="here")

    sink.write([old, new], {"worker": Position(1, 2)}, links=Links(waiting=[poll]))

    found = sink.find(["resp_1", "resp_2"])
    assert ([row.id for row in found.rows], found.waiting) == ([new.id], [b"message"])
    Maintenance(engine, timedelta(days=90), lambda: AT).purge()
    assert ids(engine) == [new.id]
    [whole] = summarise(engine, Scope(), ())
    assert (whole.sums.calls, whole.sums.cost_nanousd) == (1, 7)
    assert [row["id"] for row in queries.last_calls(engine, 10)] == [new.id]
    ping(engine)


def test_a_row_that_the_database_refuses_is_found(engine: Engine) -> None:
    records = [record() for _ in range(50)]
    records[20] = bad = record(input_tokens=2**63)

    assert DatabaseSink(engine).write(records, {}).refused == [bad]
    assert len(ids(engine)) == 49
