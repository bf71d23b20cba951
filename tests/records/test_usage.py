"""Token counts: what is not told is not zero."""

import pytest
from farebox.records.usage import Usage, total


@pytest.mark.parametrize(
    ("parts", "expected"),
    [((), None), ((None,), None), ((None, None), None), ((0,), 0), ((None, 0), 0), ((1, None, 2), 3), ((0, 0), 0)],
)
def test_a_total_of_nothing_known_is_unknown(parts: tuple[int | None, ...], expected: int | None) -> None:
    assert total(*parts) == expected


@pytest.mark.parametrize(
    ("usage", "is_reported", "is_complete"),
    [
        pytest.param(Usage(), False, False, id="nothing"),
        pytest.param(Usage(input_tokens=0, output_tokens=0), True, True, id="zeros"),
        pytest.param(Usage(input_tokens=5, output_tokens=1), True, True, id="both totals"),
        pytest.param(Usage(input_tokens=5), True, False, id="input only"),
        pytest.param(Usage(output_tokens=5), True, False, id="output only"),
        pytest.param(Usage(reasoning_tokens=0), True, False, id="a part only"),
        pytest.param(Usage(units={"images": 1}), True, True, id="units only"),
        pytest.param(Usage(input_tokens=5, units={"images": 1}), True, False, id="input and units"),
        pytest.param(Usage(input_tokens=5, output_tokens=1, units={"images": 1}), True, True, id="all"),
    ],
)
def test_usage_knows_what_it_knows(usage: Usage, is_reported: bool, is_complete: bool) -> None:
    assert usage.is_reported is is_reported
    assert usage.is_complete is is_complete
