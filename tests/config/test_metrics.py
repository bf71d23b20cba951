"""Settings of the metrics."""

import pytest
from farebox.config.metrics import Metrics, problems


@pytest.mark.parametrize("names", [0, 20, 500])
def test_a_number_of_names_within_bounds_has_no_problem(names: int) -> None:
    assert list(problems(Metrics(names))) == []


@pytest.mark.parametrize("names", [-1, 501])
def test_a_number_of_names_is_bounded(names: int) -> None:
    assert list(problems(Metrics(names))) == [f"metrics.names: {names} is not a number of names: write 0 to 500"]
