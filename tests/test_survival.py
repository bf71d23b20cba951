"""Every fault of `make faults`, in its short form: nothing is lost but what is counted, nothing is there twice."""

from pathlib import Path

import pytest

from .faults.playing import every, lacks, play, scenario
from .faults.stage import SHORT

# One database each, as the faults take their time; `make faults` plays all with both.
DATABASES = {"kill_sidecar": ("sqlite", "postgres")}
VARIANTS = [
    (name, database)
    for name in every()
    for database in getattr(scenario(name), "LEDGERS", DATABASES.get(name, ("sqlite",)))
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("name", "database"), VARIANTS)
def test_nothing_is_lost(name: str, database: str, tmp_path: Path) -> None:
    if missing := lacks(name):
        pytest.skip(f"this machine lacks {missing}")

    result = play(name, database, SHORT, tmp_path, seed=0)

    print(result.line(name))
    assert result.problems == []
