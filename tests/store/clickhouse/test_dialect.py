"""SQLAlchemy's queries as ClickHouse gets them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from farebox.store.clickhouse.dialect import ClickHouseDialect
from farebox.store.conditions import matches
from farebox.store.schema import IS_CALL, calls
from farebox.store.summary import MODEL, span_table
from sqlalchemy import func, select

AT, LATER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


def sql(query: Any) -> str:
    return " ".join(str(query.compile(dialect=ClickHouseDialect())).split())


def spanned(*spans: tuple[str, datetime, datetime]) -> Any:
    table = span_table(spans)
    within = (calls.c.started_at >= table.c.begins) & (calls.c.started_at < table.c.ends)
    return select(table.c.label, func.count()).join_from(table, calls, within).group_by(table.c.label)


def test_one_span_is_a_condition_and_no_join() -> None:
    text = sql(spanned(("a", AT, LATER)))
    assert "JOIN" not in text
    assert "FROM calls WHERE calls.started_at >= %(" in text


def test_several_spans_are_the_second_table_of_a_product_that_skips_partitions() -> None:
    text = sql(spanned(("a", AT, LATER), ("b", LATER, LATER)))
    assert "FROM calls CROSS JOIN (SELECT tupleElement(line, 1) AS label" in text
    assert text.count("calls.started_at >=") == 2


@pytest.mark.parametrize(
    ("query", "part"),
    [
        (select(calls.c.id).where(IS_CALL), "ifNull(calls.operation != "),
        (select(calls.c.id).where(matches(MODEL, ["gpt*"])), "lowerUTF8(toString(coalesce("),
        (select(func.min(calls.c.started_at)), "if(count() = 0, NULL, min(calls.started_at))"),
        (select(calls.c.id).with_for_update(), "SELECT calls.id FROM calls"),
        (select(func.nearest_rank(calls.c.duration_ms, 95)), "arraySort(groupArray(calls.duration_ms))"),
    ],
    ids=["distinct", "like", "min", "lock", "rank"],
)
def test_what_clickhouse_lacks_is_written_in_its_own_words(query: Any, part: str) -> None:
    text = sql(query)
    assert part in text
    assert "FOR UPDATE" not in text
    assert "ESCAPE" not in text
