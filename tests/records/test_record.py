"""The flat row that every sink gets."""

from typing import Any

import msgspec
import pytest
from farebox.records.record import Record

from tests.support.samples import AT, record

ALWAYS_TOLD = {"id", "started_at", "provider", "host", "outcome", "usage_source", "cost_status"}


def test_what_is_not_told_is_none() -> None:
    row = msgspec.structs.asdict(record())

    assert {name for name, value in row.items() if value is not None} == ALWAYS_TOLD


@pytest.mark.parametrize("name", sorted(ALWAYS_TOLD))
def test_what_every_call_has_must_be_told(name: str) -> None:
    given: dict[str, Any] = {key: AT if key == "started_at" else "" for key in ALWAYS_TOLD - {name}}

    with pytest.raises(TypeError, match=name):
        Record(**given)


def test_a_record_does_not_change() -> None:
    with pytest.raises(AttributeError):
        record().cost_nanousd = 1  # type: ignore[misc]


def test_no_column_of_money_or_amounts_is_a_float() -> None:
    floats = [field.name for field in msgspec.structs.fields(Record) if "float" in str(field.type)]

    assert floats == []
