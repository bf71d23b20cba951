"""What a struct's annotations say about columns."""

from typing import Annotated

import msgspec
import pytest
from farebox.records.column import About, Column, Dimension, columns_of


class Moods(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of each kind."""

    mood: Annotated[str, About("who", "Mood of the caller.", rollup=Dimension(3))]
    level: Annotated[int | None, About("who", "Level of it.", "mood_total", is_small=True)] = None
    notes: Annotated[dict[str, str] | None, About("why", "Notes (JSON).")] = None
    reasons: Annotated[list[str] | None, About("why", "Reasons (JSON list).")] = None


def test_a_column_is_what_its_field_and_its_annotation_say() -> None:
    assert list(columns_of(Moods)) == [
        Column("mood", str, False, "who", "Mood of the caller.", None, Dimension(3), False),
        Column("level", int, True, "who", "Level of it.", "mood_total", None, True),
        Column("notes", dict, True, "why", "Notes (JSON).", None, None, False),
        Column("reasons", list, True, "why", "Reasons (JSON list).", None, None, False),
    ]


@pytest.mark.parametrize(("name", "is_json"), [("mood", False), ("level", False), ("notes", True), ("reasons", True)])
def test_objects_and_lists_are_json(name: str, is_json: bool) -> None:
    [column] = (column for column in columns_of(Moods) if column.name == name)

    assert column.is_json == is_json


def test_structs_follow_each_other_in_the_order_given() -> None:
    class Later(msgspec.Struct):
        late: Annotated[bool | None, About("time", "Whether it came late.")] = None

    assert [column.name for column in columns_of(Later, Moods)] == ["late", "mood", "level", "notes", "reasons"]
