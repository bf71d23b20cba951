"""Fixtures: the add-ons of a worker without sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.flows import Worker


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with Worker(tmp_path / "home") as running:
        yield running
