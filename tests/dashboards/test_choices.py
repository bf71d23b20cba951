"""What is chosen at the top of a board, whatever people and models are called."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from farebox.sinks.ledger import ledger_sink
from sqlalchemy import Engine

from tests.support.board_ledgers import KINDS, BoardLedger, in_postgres, on_clickhouse, panel_query
from tests.support.grafana import Asker
from tests.support.samples import record

AT = datetime(2025, 9, 30, 22, 17, tzinfo=UTC)
NAMES = (
    "DOMAIN\\ada",
    "o'neil",
    "50 %&var-user=x",
    "a+b c",
    "Größe 😀",
    "\\",
    "\\'",
    "') OR 1=1 --",
    "$5",
    "x,y",
)


def fill(engine: Engine) -> None:
    """Record a call of each user, and one without."""
    users = [*NAMES, None]
    ledger_sink(engine, sidecar="s0").write([record(started_at=AT, user_id=user, team=user) for user in users], {})


@pytest.fixture(scope="module", params=KINDS)
def ledger(request: pytest.FixtureRequest) -> Iterator[BoardLedger]:
    if request.param == "postgres":
        with in_postgres(request.getfixturevalue("postgres"), fill) as made:
            yield made
    else:
        with on_clickhouse(request.getfixturevalue("chdb_server"), fill) as made:
            yield made


def found(ledger: BoardLedger, **chosen: list[str]) -> set[str]:
    """Return the teams that the table by team shows."""
    made = ledger.board("farebox-people")
    asker = Asker(made, AT + timedelta(hours=1), AT, chosen)
    return {row["name"] for row in ledger.ask(asker, panel_query(made, "By $by"))}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_itself_alone(ledger: BoardLedger, name: str) -> None:
    assert found(ledger, user=[name]) == {name}


def test_several_names_are_each_of_them(ledger: BoardLedger) -> None:
    assert found(ledger, user=list(NAMES[:4]), team=list(NAMES[2:])) == set(NAMES[2:4])


def test_all_is_everybody_also_who_has_no_name(ledger: BoardLedger) -> None:
    assert found(ledger) == {*NAMES, "(unknown)"}
    assert found(ledger, user=["(unknown)"]) == {"(unknown)"}


@pytest.mark.parametrize("word", ["team", "purpose", "nonsense'"])
def test_what_the_table_is_by_is_one_of_a_few_words(ledger: BoardLedger, word: str) -> None:
    expected = {*NAMES, "(unknown)"} if word == "team" else {"(unknown)"}

    assert found(ledger, by=[word]) == expected
