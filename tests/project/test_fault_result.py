"""What counts as a loss in the harness of faults."""

from collections import Counter
from typing import Any

import pytest

from tests.faults.playing import every, variants
from tests.faults.result import Result

FINE: dict[str, Any] = {"completed": ["a", "b"], "rows": Counter(["a", "b", "cut"]), "least": 2}


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({}, None),
        ({"rows": Counter(["a"])}, "lost: b"),
        ({"rows": Counter(["a", "b", "b"])}, "duplicated: b"),
        ({"rows": Counter(["a"]), "dropped": 1}, None),
        ({"dropped": 1}, "lost: "),
        ({"rows": Counter(["a"]), "dropped": 2}, "lost: b"),
        ({"least": 3}, "only 2 calls were seen complete"),
        ({"broken": ["the stop failed"]}, "the stop failed"),
    ],
)
def test_what_is_not_as_it_must_be_is_told(told: dict[str, Any], problem: str | None) -> None:
    result = Result(**{**FINE, **told})

    assert [problem in one for one in result.problems if problem] == ([True] if problem else [])
    assert ("FAILED" in result.line("x")) is (problem is not None)


def test_a_fault_is_known_by_being_there_and_says_what_it_does() -> None:
    assert {"kill_sidecar", "disk_full"} <= set(every())
    assert {name for name, _ in variants(every(), ["sqlite", "postgres"])} == set(every())
