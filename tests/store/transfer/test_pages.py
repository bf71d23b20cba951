"""Calls read page by page, with their later prices."""

from datetime import timedelta

from farebox.store.snapshot import snapshot
from farebox.store.transfer.pages import PAGE, Priced, held, pages
from sqlalchemy import Engine

from tests.store.transfer.ledgers import BEGUN, fill, reprice, rows, some_calls
from tests.support.samples import record


def test_pages_have_every_call_once_though_many_began_at_the_same_moment(engine: Engine) -> None:
    fill(engine, [record(started_at=BEGUN) for _ in range(PAGE + 5)])

    with snapshot(engine) as connection:
        found = list(pages(connection, BEGUN, BEGUN + timedelta(seconds=1)))

    assert [len(page) for page in found] == [PAGE, 5]
    assert [one.record for page in found for one in page] == rows(engine)


def test_a_call_has_its_recorded_price_and_all_later_ones(engine: Engine) -> None:
    records = some_calls(3)
    fill(engine, records)
    for cost in (7, 8):
        reprice(engine, [records[1].id], cost)

    with snapshot(engine) as connection:
        found = held(connection, records)
        [page] = pages(connection, BEGUN, BEGUN + timedelta(days=9))

    assert found[records[0].id] == Priced(records[0]) == page[0]
    assert found[records[1].id] == page[1]
    assert page[1].record == records[1]
    assert [(price["revision"], price["cost_nanousd"]) for price in page[1].prices] == [(1, 7), (2, 8)]
    assert page[1].current == rows(engine)[1]
