"""A host's departures from its dialect, one rule each."""

from typing import Any

import pytest
from farebox.providers.quirks import output_is_the_rest, reasoning_beside_output
from farebox.records.usage import Usage


@pytest.mark.parametrize(
    ("output", "reasoning", "expected"),
    [(9, 64, 73), (9, 0, 9), (9, None, 9), (0, 64, 64), (None, None, None)],
)
def test_reasoning_is_added_to_the_output(output: int | None, reasoning: int | None, expected: int | None) -> None:
    usage = Usage(input_tokens=5, output_tokens=output, reasoning_tokens=reasoning)

    told = reasoning_beside_output(usage, {})

    assert told == Usage(input_tokens=5, output_tokens=expected, reasoning_tokens=reasoning)


@pytest.mark.parametrize(
    ("prompt", "output", "total", "expected"),
    [
        pytest.param(6, 3, 80, 74, id="thinking"),
        pytest.param(6, 3, 9, 3, id="no thinking"),
        pytest.param(6, None, 80, 74, id="thinking only"),
        pytest.param(6, 0, 6, 0, id="nothing said"),
        pytest.param(6, 3, 5, 3, id="a total that cannot be"),
        pytest.param(None, 3, 80, 3, id="prompt unknown"),
        pytest.param(6, 3, None, 3, id="total unknown"),
        pytest.param(6, 3, "80", 3, id="total is text"),
        pytest.param(6, 3, -80, 3, id="total is negative"),
    ],
)
def test_output_is_what_the_prompt_leaves_of_the_total(
    prompt: int | None, output: int | None, total: Any, expected: int | None
) -> None:
    usage = Usage(input_tokens=prompt, output_tokens=output)

    assert output_is_the_rest(usage, {"total_tokens": total}) == Usage(input_tokens=prompt, output_tokens=expected)


def test_a_missing_total_changes_nothing() -> None:
    usage = Usage(input_tokens=6, output_tokens=3)

    assert output_is_the_rest(usage, {}) is usage
