"""Frequent queries use an index, and read only the partitions that they need."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store import polls, queries
from farebox.store.budgets import BudgetReader
from farebox.store.maintenance import Maintenance
from farebox.store.rows import insert_calls
from farebox.store.summary import Scope
from sqlalchemy import Engine, event, text

from tests.support.budgets import budget
from tests.support.ledgers import DATABASES, doubts, new_ledger, new_postgres_ledger, summarise
from tests.support.samples import record

DAYS = 75
A_DAY = 200
START = datetime(2026, 9, 10, tzinfo=UTC)
END = START + timedelta(days=DAYS)
ROWS = [
    record(started_at=START + timedelta(days=day, seconds=86_400 / A_DAY * number), response_id=f"resp-{day}-{number}")
    for day in range(DAYS)
    for number in range(A_DAY)
]
LAST = ROWS[-1]
A_DAY_AGO = Scope(start=END - timedelta(days=1), end=END)


def find_responses(engine: Engine) -> None:
    with engine.connect() as connection:
        polls.rows_of(connection, ["resp-1-1", "resp-60-3"])


def write_again(engine: Engine) -> None:
    with engine.begin() as connection:
        insert_calls(connection, ROWS[-50:])


def complete(engine: Engine) -> None:
    with engine.begin() as connection:
        polls.complete(connection, {"id": LAST.id, "started_at": LAST.started_at, "cost_nanousd": 1})


def read_budgets(engine: Engine) -> None:
    """Read the figures of budgets at the end, in a zone that is half an hour off."""
    of_users = budget(name="users", scope="user", match="*", window="day")
    BudgetReader(engine, [budget(), of_users], ZoneInfo("Asia/Kolkata")).figures(END)


# Each with the partitions that it may read, besides the default one: None is all.
READ: dict[str, tuple[Callable[[Engine], Any], set[str] | None]] = {
    "tail": (lambda engine: queries.last_calls(engine, 10), None),
    "tail's new calls": (lambda engine: queries.call_ids_since(engine, END - timedelta(minutes=5)), {"11"}),
    "their rows": (lambda engine: queries.calls_by_id(engine, [LAST.id, ROWS[0].id]), None),
    "show": (lambda engine: queries.calls_named(engine, LAST.id, limit=20), None),
    "report": (lambda engine: summarise(engine, A_DAY_AGO, ("provider", "model")), {"11"}),
    "what is in doubt": (lambda engine: doubts(engine, A_DAY_AGO), {"11"}),
    "budgets": (read_budgets, None),
    "links": (find_responses, None),
    "a batch that comes again": (write_again, {"11"}),
    "a row that is completed": (complete, {"11"}),
}


@pytest.fixture(scope="module", params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A ledger with rows of three months."""
    if request.param == "sqlite":
        with new_ledger(tmp_path_factory.mktemp("indexes") / "ledger.db") as engine:
            yield filled(engine)
    else:
        with new_postgres_ledger(request.getfixturevalue("postgres")) as engine:
            yield filled(engine)


def filled(engine: Engine, rows: list[Record] = ROWS) -> Engine:
    Maintenance(engine, now=lambda: END).make_room(rows)
    DatabaseSink(engine).write(rows, {})
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return engine


def plans(engine: Engine, act: Callable[[Engine], Any]) -> str:
    """Return how the database runs each statement of `act` that reads `calls`."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH", "UPDATE")) and "calls" in statement:
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    act(engine)
    event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    assert statements
    with engine.connect() as connection:
        found = [
            str(row[-1])
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        ]
    return "\n".join(found)


@pytest.mark.parametrize("name", READ)
def test_frequent_queries_use_an_index(engine: Engine, name: str) -> None:
    act, months = READ[name]

    plan = plans(engine, act)

    if engine.dialect.name == "sqlite":
        assert "SCAN calls\n" not in f"{plan}\n"
        assert "calls USING" in plan
    else:
        assert "Index" in plan
        # Months that are made ahead are empty yet.
        assert not re.search(r"Seq Scan on calls_2026_(09|10|11)", plan)
        here = set(re.findall(r"on calls_2026_(09|10|11)", plan))
        assert here == (months or {"09", "10", "11"})
