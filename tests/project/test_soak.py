"""The short form of `make soak`, and what it would find."""

from pathlib import Path

import pytest

from tests.soak import Sample, growth, soak

FLAT = [Sample(number, number, 80 << 20, 20, 200 << 20, 60, number % 5 * 100_000) for number in range(40)]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_grows_in_a_few_seconds(tmp_path: Path) -> None:
    assert soak(16, tmp_path) == []


def test_what_is_flat_is_no_growth() -> None:
    assert growth(FLAT, 600) == []


@pytest.mark.parametrize("name", ["recorder", "recorder_files", "workers", "workers_files", "spool"])
def test_what_grows_is_found(name: str) -> None:
    grown = [
        sample._replace(**{name: getattr(sample, name) + number * 60_000 * 40}) for number, sample in enumerate(FLAT)
    ]

    assert len(growth(grown, 600)) == 1
