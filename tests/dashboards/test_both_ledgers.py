"""Every query of the boards answers the same in Postgres and on ClickHouse, to the nano-dollar and to the NULL."""

from collections.abc import Iterator

import pytest
from farebox.records.record import Record
from farebox.sinks.batch import Links
from farebox.sinks.ledger import ledger_sink
from farebox.store.engine import writer
from farebox.store.reprices import revise
from sqlalchemy import Engine

from tests.clickhouse.board_questions import BoardQuestion, board_questions
from tests.clickhouse.calls import FIRST, SPAN, calls, completed, priced_early, repriced
from tests.support.board_ledgers import BoardLedger, in_postgres, on_clickhouse
from tests.support.clickhouse import ChdbServer
from tests.support.postgres import Postgres

NUMBER = 3_000
QUESTIONS = dict(board_questions("whole", "chosen"))


def fill(engine: Engine) -> None:
    """Record calls, complete some that were priced before, and reprice some."""
    records: list[Record] = list(calls(NUMBER))
    sink = ledger_sink(engine, sidecar="s0")
    sink.write(records, {})
    with writer(engine).begin() as connection:
        revise(connection, priced_early(records), FIRST + SPAN)
    sink.write([], {}, links=Links(completed(records)))
    with writer(engine).begin() as connection:
        revise(connection, repriced(records), FIRST + SPAN)


@pytest.fixture(scope="module")
def ledgers(postgres: Postgres, chdb_server: ChdbServer) -> Iterator[tuple[BoardLedger, BoardLedger]]:
    with in_postgres(postgres, fill) as one, on_clickhouse(chdb_server, fill) as other:
        yield one, other


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_both_answer_the_same(ledgers: tuple[BoardLedger, BoardLedger], question: BoardQuestion) -> None:
    one, other = (question(ledger) for ledger in ledgers)

    assert one == other
    # Nothing would be equal to nothing.
    assert one not in ([], ([], []))
