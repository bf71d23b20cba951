"""A place is printed as compilers print one."""

import pytest
from farebox.librechat.finding import PROBLEM, WARNING, Place, problem, warning


@pytest.mark.parametrize(("line", "expected"), [(3, ".env:3: PROXY"), (None, ".env: PROXY")])
def test_a_place_names_the_file_the_line_and_the_key(line: int | None, expected: str) -> None:
    assert str(Place(".env", line, "PROXY")) == expected


def test_the_level_says_whether_calls_are_missed() -> None:
    place = Place("a", 1, "b")

    assert (problem(place, "w", "x").level, warning(place, "w", "x").level) == (PROBLEM, WARNING)
