"""Writers and readers of spools for tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farebox.config.spool_limits import Limits
from farebox.spool.writer import SpoolWriter

NewWriter = Callable[..., SpoolWriter]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The spool's folder, in a data folder."""
    return tmp_path / "spool"


@pytest.fixture
def new_writer(root: Path) -> Iterator[NewWriter]:
    """Make the writer of worker `worker`; at the end its folder is there, so that it can be closed."""
    made: list[SpoolWriter] = []

    def make(**limits: Any) -> SpoolWriter:
        made.append(SpoolWriter(root, "worker", Limits(**limits)))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


@pytest.fixture
def alive(root: Path) -> Iterator[NewWriter]:
    """Make the writer of a worker that lives until the test ends."""
    made: list[SpoolWriter] = []

    def make(name: str) -> SpoolWriter:
        made.append(SpoolWriter(root, name))
        return made[-1]

    yield make
    for writer in made:
        writer.close()
