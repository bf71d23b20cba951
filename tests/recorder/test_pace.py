"""Batches wait for each other while many calls come, and only then."""

import pytest
from farebox.recorder.pace import Pace


@pytest.mark.parametrize(
    ("batches", "pauses"),
    [
        ([4, 8, 16, 32, 40, 40], [0.2, 0.4, 0.8, 1.0, 1.0, 1.0]),
        ([1, 1, 1, 1], [0.1, 0.1, 0.1, 0.1]),
        ([50, 50, 50, 1, 1, 1, 1], [0.2, 0.4, 0.8, 0.4, 0.2, 0.1, 0.1]),
        ([2000, 2000, 3], [0.0, 0.0, 0.2]),
        ([0, 3, 0, 3], [0.0, 0.2, 0.0, 0.4]),
    ],
    ids=["many calls", "one call at a time", "fewer calls", "a backlog", "positions alone"],
)
def test_the_pause_follows_the_number_of_calls(batches: list[int], pauses: list[float]) -> None:
    pace = Pace(2000)

    assert [pace.after(messages) for messages in batches] == pauses
