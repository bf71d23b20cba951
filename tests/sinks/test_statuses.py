"""The label `status`."""

import pytest
from farebox.sinks.statuses import KNOWN, class_of, label


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, ""),
        (200, "200"),
        (429, "429"),
        (529, "529"),
        (418, "4xx"),
        (599, "5xx"),
        (99, "other"),
        (600, "other"),
        (10**9, "other"),
    ],
)
def test_a_status_is_a_known_one_or_a_class(status: int | None, expected: str) -> None:
    assert label(status) == expected


def test_any_number_of_statuses_makes_few_labels() -> None:
    assert len({label(status) for status in range(-10, 10_000)}) == len(KNOWN) + 6


def test_a_class_is_one_of_few() -> None:
    assert {class_of(status) for status in (None, *range(-10, 10_000))} == {
        *("", "1xx", "2xx", "3xx", "4xx", "5xx", "other")
    }
