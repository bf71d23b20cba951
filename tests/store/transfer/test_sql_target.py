"""SQLite and Postgres as targets."""

from farebox.store.current import REVISED
from farebox.store.reprices import history
from farebox.store.transfer.pages import Priced
from farebox.store.transfer.sql_target import SqlTarget
from sqlalchemy import Engine

from tests.store.transfer.ledgers import rows, some_calls, sums
from tests.support.ledgers import parts


def test_a_page_that_comes_again_is_stored_once(engine: Engine) -> None:
    page = [Priced(record) for record in some_calls(5)]
    SqlTarget(engine).put(page)
    before = sums(engine)

    SqlTarget(engine).put(page)

    assert rows(engine) == [one.record for one in page]
    assert sums(engine) == before


def test_prices_that_the_source_has_no_more_are_gone(engine: Engine) -> None:
    record = some_calls(1)[0]
    price = {name: getattr(record, name) for name in ("started_at", *REVISED)}
    price |= {"call_id": record.id, "revision": 1, "priced_at": record.started_at, "cost_nanousd": 5}

    SqlTarget(engine).put([Priced(record, [price])])
    assert [row["cost_nanousd"] for row in history(engine, {"id": record.id, "started_at": record.started_at})][1:] == [
        5
    ]
    SqlTarget(engine).put([Priced(record)])

    assert len(history(engine, {"id": record.id, "started_at": record.started_at})) == 1
    assert rows(engine) == [record]


def test_months_of_the_past_get_their_partitions(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        SqlTarget(engine).put([Priced(record) for record in some_calls(40)])

        assert {"calls_2026_09", "calls_2026_10"} <= parts(engine, "calls")
