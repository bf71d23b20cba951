"""Values in ClickHouse's SQL and answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from farebox.store.clickhouse import values
from hypothesis import given
from hypothesis import strategies as st

MODERN, OLD = (26, 9), (18, 16)
AT = datetime(2026, 11, 1, 12, 30, 15, 250000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "1"),
        (-7, "-7"),
        ("it's \\", r"'it\'s \\'"),
        ("a\0b", r"'a\0b'"),
        (AT, "toDateTime64('2026-11-01 12:30:15.250000', 6, 'UTC')"),
    ],
    ids=["null", "bool", "int", "quote", "nul", "time"],
)
def test_a_value_is_written_as_a_literal(value: object, literal: str) -> None:
    assert values.literal(value, MODERN) == literal


def test_a_server_without_parts_of_a_second_gets_microseconds() -> None:
    assert values.literal(AT, OLD) == "1793536215250000"
    assert values.moment_of(1793536215250000) == AT


def test_a_time_that_the_type_lacks_becomes_the_nearest() -> None:
    assert values.text_of(datetime(9999, 12, 30, tzinfo=UTC)).startswith("2299-12-31")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Nullable(Int64)", "\\N", None),
        ("UInt64", "18446744073709551615", 2**64 - 1),
        ("LowCardinality(Nullable(String))", "a\\tb\\\\", "a\tb\\"),
        ("DateTime64(6, 'UTC')", "2026-11-01 12:30:15.250000", AT),
        ("Float64", "0.5", 0.5),
        ("UUID", "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000001"),
    ],
    ids=["null", "large", "text", "time", "float", "uuid"],
)
def test_a_text_is_read_by_its_type(kind: str, text: str, value: Any) -> None:
    assert values.reader(kind)(text) == value


@given(st.text())
def test_no_text_ends_its_literal(text: str) -> None:
    inner = values.quoted(text)[1:-1]
    assert "'" not in inner.replace("\\\\", "").replace("\\'", "")
