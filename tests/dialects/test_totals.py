"""The total decides what lies beside the prompt and the completion."""

import pytest
from farebox.dialects._totals import AUDIO, READ, REASONING, WRITTEN, Totals, totals
from hypothesis import given
from hypothesis import strategies as st

COUNT = st.integers(1, 10**6)


@pytest.mark.parametrize(
    ("prompt", "completion", "whole", "parts", "expected"),
    [
        (20_000, 4, 29_504, {READ: 9_000, WRITTEN: 500}, (29_500, 4)),
        (29_500, 4, 29_504, {READ: 9_000, WRITTEN: 500}, (29_500, 4)),
        (20_000, 4, 29_004, {READ: 9_000, WRITTEN: 500}, (29_000, 4)),
        (11, 15, 401, {AUDIO: 375, READ: 9}, (386, 15)),
        (64, 135, 277, {REASONING: 78}, (64, 135)),
        (10, 9, 319, {REASONING: 300}, (10, 309)),
        (10, 9, 320, {REASONING: 300}, (10, 9)),
        (100, 5, 155, {READ: 50, AUDIO: 50}, (100, 5)),
        (100, 5, 90, {READ: 50}, (100, 5)),
        (20, 4, None, {READ: 9_000, WRITTEN: 500}, (9_520, 4)),
        (9_500, 4, None, {READ: 9_000, WRITTEN: 500}, (9_500, 4)),
        (20, 4, None, {AUDIO: 50}, (20, 4)),
        (None, 4, 30, {READ: 26}, (None, 4)),
        (20, None, 70, {READ: 50}, (70, None)),
        (100, None, 150, {READ: 20, REASONING: 30}, (120, None)),
        (100, None, 130, {REASONING: 30}, (100, None)),
        (20, 4, 24, {READ: None, WRITTEN: 0}, (20, 4)),
    ],
    ids=str,
)
def test_a_part_lies_beside_if_the_total_shows_it_in_one_way(
    prompt: int | None,
    completion: int | None,
    whole: int | None,
    parts: dict[str, int | None],
    expected: tuple[int | None, int | None],
) -> None:
    assert totals(prompt, completion, whole, parts) == Totals(*expected)


@given(COUNT, COUNT, COUNT, COUNT)
def test_a_total_that_is_the_sum_leaves_the_parts_within(prompt: int, completion: int, read: int, written: int) -> None:
    whole = prompt + completion

    assert totals(prompt, completion, whole, {READ: read, WRITTEN: written}) == Totals(prompt, completion)
