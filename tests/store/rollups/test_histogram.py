"""Percentiles from buckets: never outside the bucket that holds the call at that rank."""

from bisect import bisect_left

import pytest
from farebox.store.rollups.histogram import BOUNDS, percentile
from hypothesis import given
from hypothesis import strategies as st


def counted(durations: list[int]) -> list[int]:
    places = [bisect_left(BOUNDS, one) for one in durations]
    return [places.count(place) for place in range(len(BOUNDS))]


@given(durations=st.lists(st.integers(0, 600_000), min_size=1, max_size=50), percent=st.sampled_from([50, 95]))
def test_a_percentile_lies_in_the_bucket_of_the_call_at_its_rank(durations: list[int], percent: int) -> None:
    found = percentile(counted(durations), len(durations), percent)

    exact = sorted(durations)[-(-len(durations) * percent // 100) - 1]
    place = bisect_left(BOUNDS, exact)
    assert found is not None
    assert (BOUNDS[place - 1] if place else 0) <= found <= BOUNDS[min(place, len(BOUNDS) - 1)]


@pytest.mark.parametrize(
    ("durations", "p50"), [([], None), ([900], 894), ([5], 5), ([1_100] * 3, 1_118), ([600_000], 500_000)]
)
def test_the_middle_of_a_bucket_is_in_proportion(durations: list[int], p50: int | None) -> None:
    assert percentile(counted(durations), len(durations), 50) == p50
