"""`workers: auto` is a worker for each two cores that a process may use, by a container's limit too."""

import os
from pathlib import Path

import pytest
from farebox.config.cores import usable_cores, workers_for
from farebox.config.settings import load


@pytest.mark.parametrize(
    ("cores", "expected"), [(0.5, 1), (1.0, 1), (2.0, 1), (3.9, 1), (4.0, 2), (8.0, 4), (16.0, 8), (96.0, 8)]
)
def test_a_worker_has_two_cores(cores: float, expected: int) -> None:
    assert workers_for(cores) == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"": "max 100000", "a": "max 100000", "a/b": "50000 100000"}, 0.5),
        ({"": "max 100000", "a": "25000 100000", "a/b": "max 100000"}, 0.25),
        ({"a/b": "no number"}, None),
        ({}, None),
    ],
)
def test_the_smallest_limit_around_a_process_counts(
    tmp_path: Path, limits: dict[str, str], expected: float | None
) -> None:
    (tmp_path / "groups/a/b").mkdir(parents=True)
    for folder, text in limits.items():
        (tmp_path / "groups" / folder / "cpu.max").write_text(f"{text}\n")
    (tmp_path / "own").write_text("1:name=systemd:/other\n0::/a/b\n")

    found = usable_cores(tmp_path / "own", tmp_path / "groups")

    assert found == (expected or len(os.sched_getaffinity(0)))


def test_auto_is_a_number_where_it_is_used(tmp_path: Path) -> None:
    settings = load({"home": str(tmp_path), "workers": "auto"}, environment={})

    assert settings.workers == workers_for(usable_cores())
    assert load({"home": str(tmp_path)}, environment={"FAREBOX_WORKERS": "auto"}).workers == settings.workers
    assert load({"home": str(tmp_path), "workers": "3"}, environment={}).workers == 3
